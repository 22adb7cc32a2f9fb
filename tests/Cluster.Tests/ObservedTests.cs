using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CheckpointOperator.Telemetry.Testing;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>What the programs tell of their work by OTLP, to scrapes and in their logs. Alone, because they are set to tell it to the test.</summary>
[Collection(nameof(Disruption))]
public sealed partial class ObservedTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    private const int MetricsPort = 8080;
    private const string Annotation = "checkpoint-operator.io/traceparent";

    [Fact]
    public async Task A_restore_is_one_trace_to_the_proven_process_scrapes_get_what_is_documented_and_a_secret_of_the_container_is_told_nowhere()
    {
        string secret = $"s3cret-{Guid.NewGuid():N}";
        await using OtlpReceiver receiver = OtlpReceiver.Start();
        string address = await OwnAddressAsync();
        // Pods have addresses of the node's own, to which this machine knows no way back.
        string masquerade = $"POSTROUTING -d {address} -p tcp --dport {receiver.Port} -j MASQUERADE";
        await Cluster.Node.RunAsync($"iptables -t nat -I {masquerade}");
        await TellAsync(
            $"OTEL_EXPORTER_OTLP_ENDPOINT=http://{address}:{receiver.Port}", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_BSP_SCHEDULE_DELAY=200", "OTEL_METRIC_EXPORT_INTERVAL=1000",
            $"CHECKPOINT_OPERATOR_METRICSPORT={MetricsPort}", $"CHECKPOINT_AGENT_METRICS_PORT={MetricsPort}");
        try
        {
            await StartPodWithAsync(secret);
            JsonObject checkpoint = await Namespace.CheckpointAsync("first", "keeper");
            JsonObject restore = await Namespace.RestoreAsync("copy", "first");
            // So that the test can fail.
            Assert.Equal(secret, (await Namespace.ExecAsync("copy", "sh", "-c", "tr '\\0' '\\n' < /proc/1/environ | sed -n s/^PASSWORD=//p")).Trim());
            await FailAsync(checkpoint);

            await AssertScrapesAsync();
            await AssertOneTraceAsync(receiver, restore, TraceOf(checkpoint)[1]);
            AssertPhases([.. receiver.Spans.Where(span => span.Trace == TraceOf(checkpoint)[1])]);
            await receiver.UntilAsync(
                arrived => arrived.Metrics.ContainsKey("checkpoint_operator.restore.duration") && arrived.Metrics.ContainsKey("checkpoint_operator.restore.count")
                    && arrived.Logs.Any(log => log.Service == "checkpoint-agent" && log.Trace == TraceOf(restore)[1] && log.Message.Contains("goes on with pid", StringComparison.Ordinal)),
                "the metrics of both programs, and the agent's word in the trace", TestContext.Current.CancellationToken);
            Assert.False(receiver.Has(secret), "the secret was sent by OTLP");
            foreach ((string place, string text) in await ToldAsync())
                Assert.False(text.Contains(secret, StringComparison.Ordinal), $"the secret stands in {place}");
        }
        finally
        {
            await TellAsync("OTEL_EXPORTER_OTLP_ENDPOINT-", "OTEL_EXPORTER_OTLP_PROTOCOL-", "OTEL_BSP_SCHEDULE_DELAY-", "OTEL_METRIC_EXPORT_INTERVAL-", "CHECKPOINT_OPERATOR_METRICSPORT-", "CHECKPOINT_AGENT_METRICS_PORT-");
            await Cluster.Node.RunAsync($"iptables -t nat -D {masquerade}");
        }
    }

    private async Task AssertScrapesAsync()
    {
        Dictionary<string, string[]> documented = Documented();
        string agent = await ScrapeAsync(await NewestAsync("agent"));
        string operators = await ScrapeAsync(await NewestAsync("operator"));
        foreach (Match sample in Sample().Matches(agent).Concat(Sample().Matches(operators)).Where(sample => !Platform().IsMatch(sample.Groups["name"].Value)))
        {
            string name = documented.Keys.SingleOrDefault(known => Regex.IsMatch(sample.Groups["name"].Value, $"^{known}(_bucket|_sum|_count)?$")) ?? string.Empty;
            Assert.True(name.Length > 0, $"{sample.Groups["name"]} is not in docs/metrics.md");
            Assert.Subset(new HashSet<string>([.. documented[name], "le"]), Label().Matches(sample.Groups["labels"].Value).Select(label => label.Groups[1].Value).ToHashSet());
        }
        foreach (string there in new[]
        {
            "checkpoint_operator_checkpoint_duration_seconds_count{checkpoint_operator_engine=\"Runtime\"}", "checkpoint_operator_checkpoint_freeze_duration_seconds_count", "checkpoint_operator_archive_size_bytes_count",
            "checkpoint_operator_restore_duration_seconds_count", "checkpoint_operator_checkpoint_active", "checkpoint_operator_restore_active", "checkpoint_operator_node_ability{checkpoint_operator_node_ability=\"restore\"}",
            "checkpoint_operator_store_archive_count", "checkpoint_operator_store_usage_bytes", "checkpoint_operator_store_free_bytes",
        })
            Assert.Contains($"\n{there} ", agent, StringComparison.Ordinal);
        foreach (string there in new[] { "checkpoint_operator_checkpoint_count{checkpoint_operator_phase=\"Ready\"}", "checkpoint_operator_restore_count{checkpoint_operator_phase=\"Ready\"}", "checkpoint_operator_restore_completion_duration_seconds_count", "operator_leader" })
            Assert.Contains($"\n{there} ", operators, StringComparison.Ordinal);
    }

    private static async Task AssertOneTraceAsync(OtlpReceiver receiver, JsonObject restore, string checkpointTrace)
    {
        string[] named = TraceOf(restore);
        string[] awaited = ["restore container", "prepare restore", "checkpoint-restore-runtime create", "prove restore"];
        await receiver.UntilAsync(
            arrived => awaited.All(name => arrived.Spans.Any(span => span.Trace == named[1] && span.Name == name)) && arrived.Spans.Any(span => span.Trace == named[1] && span.Parent.Length == 0)
                && arrived.Spans.Any(span => span.Trace == checkpointTrace && span.Name == "checkpoint container"),
            "all of a restore's trace, and the checkpoint's", TestContext.Current.CancellationToken);
        OtlpSpan[] trace = [.. receiver.Spans.Where(span => span.Trace == named[1])];
        OtlpSpan root = Assert.Single(trace, span => span.Parent.Length == 0);
        Assert.Equal(("checkpoint-operator", "reconcile ContainerRestore", named[2]), (root.Service, root.Name, root.Id));
        Assert.All(trace, span => Assert.True(span == root || trace.Any(other => other.Id == span.Parent), $"{span} is below a span that did not come"));
        Assert.DoesNotContain(trace, span => span.IsError);

        OtlpSpan work = Assert.Single(trace, span => span.Name == "restore container");
        Assert.Equal(("checkpoint-agent", root.Id, "copy"), (work.Service, work.Parent, work.Attributes["k8s.pod.name"]));
        Assert.Equal([checkpointTrace], work.Links);
        OtlpSpan wrapper = Assert.Single(trace, span => span.Name == "checkpoint-restore-runtime create");
        OtlpSpan runtime = Assert.Single(trace, span => span.Parent == wrapper.Id);
        Assert.Matches("^(runc|crun) restore$", runtime.Name);
        OtlpSpan proof = Assert.Single(trace, span => span.Name == "prove restore");
        Assert.Equal((work.Id, work.Id), (wrapper.Parent, proof.Parent));
        // All by one machine's clock.
        Assert.True(wrapper.Start <= runtime.Start && runtime.Start < runtime.End && runtime.End <= wrapper.End && wrapper.End <= proof.End && proof.End <= work.End, string.Join('\n', trace.AsEnumerable()));
    }

    private static void AssertPhases(OtlpSpan[] trace)
    {
        OtlpSpan dump = Assert.Single(trace, span => span.Name == "dump");
        OtlpSpan[] steps = [.. trace.Where(span => span.Parent == dump.Id).OrderBy(span => span.Start)];
        Assert.Equal(["prepare checkpoint", "hold container", "write archive", "flush archive"], steps.Select(span => span.Name));
        Assert.All(steps.Zip(steps.Skip(1)), pair => Assert.True(pair.First.End <= pair.Second.Start, $"{pair.First} and {pair.Second} overlap"));
        OtlpSpan[] held = [.. trace.Where(span => span.Parent == steps[1].Id)];
        Assert.Equal(2, held.Length);
        Assert.Equal("0", Assert.Single(held, span => span.Name is "runc checkpoint" or "crun checkpoint").Attributes["process.exit.code"]);
        Assert.Single(held, span => span.Name == "write changed files");
        Assert.All(held, span => Assert.True(steps[1].Start <= span.Start && span.End <= steps[1].End, $"{span} is not within {steps[1]}"));
    }

    // One whose archive was altered: what goes wrong is told at length.
    private async Task FailAsync(JsonObject checkpoint)
    {
        string archive = (string)checkpoint["status"]!["archive"]!["path"]!;
        await Cluster.Node.RunAsync($"printf x >> {archive}");
        await Namespace.ApplyAsync(Manifests.Restore("altered", "first"));
        await Namespace.UntilAsync(Namespace.Restore("altered"), value => value.Says("Restored", "False", "ArchiveRefused") || value.Says("Restored", "False", "DigestMismatch"), "is refused");
    }

    private async Task StartPodWithAsync(string secret)
    {
        await Namespace.KubectlAsync("create", "secret", "generic", "password", $"--from-literal=password={secret}");
        JsonObject pod = JsonNode.Parse(Manifests.ShellPod("keeper", "Always", ("main", "while :; do sleep 1; done")))!.AsObject();
        pod["spec"]!["containers"]![0]!["env"] = JsonNode.Parse("""[{"name":"PASSWORD","valueFrom":{"secretKeyRef":{"name":"password","key":"password"}}}]""");
        await Namespace.ApplyAsync(pod.ToJsonString());
        await Namespace.UntilPodReadyAsync("keeper");
    }

    private async Task<List<(string Place, string Text)>> ToldAsync()
    {
        List<(string, string)> told = [];
        foreach (string kind in new[] { "events", "containercheckpoints", "containerrestores", "pods" })
            told.Add((kind, await Namespace.KubectlAsync("get", kind, "-o", "json")));
        told.Add(("checkpointnodes", await Cluster.Kubectl.RunAsync("get", "checkpointnodes", "-o", "json")));
        foreach (string program in new[] { "operator", "agent" })
        {
            string log = await Cluster.Installation.LogAsync(await NewestAsync(program));
            Assert.All(log.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.NotNull((string?)JsonNode.Parse(line)!["message"]));
            told.Add(($"the log of {program}", log));
        }
        return told;
    }

    private async Task TellAsync(params string[] variables)
    {
        string[] programs = [$"deployment/{Installation.Operator}", $"daemonset/{Installation.Agent}"];
        await Cluster.Kubectl.RunAsync(["-n", Installation.Namespace, "set", "env", .. programs, .. variables]);
        foreach (string program in programs)
            await Cluster.Kubectl.RunAsync("-n", Installation.Namespace, "rollout", "status", program, "--timeout=180s");
        await Cluster.Installation.AwaitNodesAsync();
    }

    // The one of this machine's addresses that the cluster is reached from.
    private async Task<string> OwnAddressAsync()
    {
        var server = new Uri((await Cluster.Kubectl.RunAsync("config", "view", "--minify", "-o", "jsonpath={.clusters[0].cluster.server}")).Trim());
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server.Host, server.Port, TestContext.Current.CancellationToken);
        return ((IPEndPoint)socket.LocalEndPoint!).Address.ToString();
    }

    // The one before it may be ending still.
    private async Task<string> NewestAsync(string component) => (await Cluster.Kubectl.RunAsync(
        "-n", Installation.Namespace, "get", "pods", "-l", $"app.kubernetes.io/component={component}", "--sort-by=.metadata.creationTimestamp", "-o", "jsonpath={.items[-1:].metadata.name}")).Trim();

    private Task<string> ScrapeAsync(string pod) => Cluster.Kubectl.RunAsync("get", "--raw", $"/api/v1/namespaces/{Installation.Namespace}/pods/{pod}:{MetricsPort}/proxy/metrics");

    private static string[] TraceOf(JsonObject value) => ((string)value["metadata"]!["annotations"]![Annotation]!).Split('-');

    // The names in Prometheus, and their labels.
    private static Dictionary<string, string[]> Documented() => File.ReadLines(Path.Combine(RepositoryFolder.Path, "docs", "metrics.md"))
        .Select(line => line.Split('|'))
        .Where(cells => cells.Length == 8 && cells[1].Contains('.', StringComparison.Ordinal))
        .ToDictionary(cells => cells[2].Trim(' ', '`'), cells => cells[5].Split(',').Select(label => label.Trim(' ', '`').Replace('.', '_')).ToArray());

    [GeneratedRegex(@"(?m)^(?<name>[a-z][a-z0-9_]*)(?:\{(?<labels>.*)\})? \S+$")]
    private static partial Regex Sample();

    [GeneratedRegex("([a-zA-Z_][a-zA-Z0-9_]*)=\"")]
    private static partial Regex Label();

    // .NET's own, and who tells.
    [GeneratedRegex("^(dotnet|http|target)_")]
    private static partial Regex Platform();
}
