using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CheckpointOperator.Telemetry.Testing;

namespace CheckpointOperator.ControlPlane.Tests;

/// <summary>What an operator tells by OTLP and to scrapes. A process of its own: tests beside it must not share its trace source.</summary>
public sealed class TraceTests(TestControlPlane controlPlane)
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const string Theirs = $"00-{Trace}-b7ad6b7169203331-00";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_object_names_the_trace_that_its_looks_are_in()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using OtlpReceiver receiver = OtlpReceiver.Start();
        await using OperatorProcess running = await OperatorProcess.StartAsync(space, "one", Settings(receiver));

        V1Alpha1ContainerCheckpoint checkpoint = await space.ReadyCheckpointAsync("first", "web");
        await space.RestoreAsync("copy", "first");
        V1Alpha1ContainerRestore restoring = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is Running");
        await space.Kubelet.RunAsync("copy");
        await space.Agent.TellRestoredAsync(restoring, Conditions.True, "Restored");
        await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Ready, "is Ready");

        string[] named = restoring.Metadata.Annotations[ApiGroup.TraceAnnotation].Split('-');
        Assert.Equal(("00", "01"), (named[0], named[3]));
        Assert.NotEqual(named[1], checkpoint.Metadata.Annotations[ApiGroup.TraceAnnotation].Split('-')[1]);
        await receiver.UntilAsync(
            arrived => arrived.Spans.Any(span => span.Trace == named[1] && span.Id == named[2]) && arrived.Spans.Any(span => span.Trace == named[1] && span.Parent == named[2]),
            "the first look at the restore and one below it", Cancelled);
        Assert.All(receiver.Spans.Where(span => span.Trace == named[1]), span =>
        {
            Assert.Equal(("checkpoint-operator", "reconcile ContainerRestore", "copy"), (span.Service, span.Name, span.Attributes["operator.resource.name"]));
            Assert.Equal(span.Id == named[2] ? string.Empty : named[2], span.Parent);
        });
    }

    [Fact]
    public async Task An_object_that_was_applied_with_a_trace_keeps_it_and_its_flag_decides_nothing()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using OtlpReceiver receiver = OtlpReceiver.Start();
        await using OperatorProcess running = await OperatorProcess.StartAsync(space, "one", Settings(receiver));
        await space.Kubelet.StartPodAsync("web");
        await controlPlane.Client<V1Alpha1ContainerCheckpoint>().CreateAsync(
            new V1Alpha1ContainerCheckpoint
            {
                Metadata = new V1ObjectMeta { Name = "first", NamespaceProperty = space.Name, Annotations = new Dictionary<string, string> { [ApiGroup.TraceAnnotation] = Theirs } },
                Spec = new ContainerCheckpointSpec { Pod = "web" },
            },
            Cancelled);

        V1Alpha1ContainerCheckpoint assigned = await space.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Running, "is Running");
        Assert.Equal(Theirs, assigned.Metadata.Annotations[ApiGroup.TraceAnnotation]);
        // It says that nothing is recorded; what is recorded the operator's own settings say.
        await receiver.UntilAsync(arrived => arrived.Spans.Any(span => span.Trace == Trace), "a span of their trace", Cancelled);
        Assert.All(receiver.Spans.Where(span => span.Trace == Trace), span => Assert.Equal("b7ad6b7169203331", span.Parent));
    }

    [Fact]
    public async Task Without_an_endpoint_objects_name_no_trace_and_each_line_of_the_log_is_an_event()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using OperatorProcess running = await OperatorProcess.StartAsync(space, "one", ("METRICSPORT", "0"));
        V1Alpha1ContainerCheckpoint checkpoint = await space.ReadyCheckpointAsync("first", "web");
        Assert.False(checkpoint.Metadata.Annotations?.ContainsKey(ApiGroup.TraceAnnotation) ?? false);

        // It says where it listens before it works.
        int port = Events(running).Select(line => line["attributes"]).Where(values => (string?)values?["Pages"] == "/metrics").Select(values => (int)values!["Port"]!).Single();
        // A reconcile is counted when it has ended, which is after the object says so.
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        foreach (string sample in new[]
        {
            """(?m)^operator_reconciliations_total\{(?=[^}]*operator_resource_kind="ContainerCheckpoint")(?=[^}]*operator_reconciliation_result="success")[^}]*\} [1-9]""",
            """(?m)^checkpoint_operator_checkpoint_count\{checkpoint_operator_phase="Ready"\} 1$""",
            "(?m)^operator_leader 1$",
            """(?m)^target_info\{.*service_name="checkpoint-operator".*service_instance_id="one".*\} 1$""",
        })
            await UntilScrapedAsync(client, sample);

        await running.TerminateAsync();
        Assert.All(Events(running), line => Assert.NotNull((string?)line["message"]));
    }

    private static (string, string)[] Settings(OtlpReceiver receiver) =>
        [("OTEL_EXPORTER_OTLP_ENDPOINT", $"{receiver.Endpoint}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_BSP_SCHEDULE_DELAY", "200")];

    private static async Task UntilScrapedAsync(HttpClient client, string pattern)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (!Regex.IsMatch(await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), limit.Token), pattern))
            await Task.Delay(TimeSpan.FromMilliseconds(100), limit.Token);
    }

    // Each line, or it is none.
    private static List<JsonNode> Events(OperatorProcess running)
    {
        List<JsonNode> lines = [.. running.Log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
        Assert.NotEmpty(lines);
        return lines;
    }
}
