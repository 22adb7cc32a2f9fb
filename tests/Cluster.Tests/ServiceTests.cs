using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>Programs that people run go on.</summary>
public sealed partial class ServiceTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    // Python is in both images.
    private const string Get = "import urllib.request; print(urllib.request.urlopen('http://127.0.0.1:8080', timeout=10).read().decode())";

    [Fact]
    public async Task Nginx_serves_on_with_the_same_master_and_workers()
    {
        await Cluster.LoadServicesAsync();
        await Namespace.ApplyAsync(RowManifests.Pod("row", RowManifests.ServicesImage, ["nginx", "-c", "/workloads/nginx.conf"]));
        await Namespace.UntilPodReadyAsync("row");
        await AskAsync();
        string before = await ProcessesAsync();
        Assert.Equal(2, Workers().Count(before));

        await GoOnAsync();

        Assert.Equal(before, await ProcessesAsync());
        string[] served = [await AskAsync(), await AskAsync()];
        Assert.All(served, answer => Assert.Contains($"{answer.Trim().Split(' ')[^1]} nginx: worker", before, StringComparison.Ordinal));
        Assert.Equal("3", (await Namespace.ExecAsync("row", "sh", "-c", "wc -l < /var/log/access.log")).Trim());
    }

    [Fact]
    public async Task Node_js_is_refused_because_of_its_io_uring_and_goes_on()
    {
        await Cluster.LoadServicesAsync();
        await Namespace.ApplyAsync(RowManifests.Pod("row", RowManifests.ServicesImage, ["node", "/workloads/rows.js"]));
        await Namespace.UntilPodReadyAsync("row");
        JsonObject before = JsonNode.Parse(await AskAsync())!.AsObject();

        await Namespace.ApplyAsync(Manifests.Checkpoint("row", "row"));
        JsonObject refused = await Namespace.UntilRefusedAsync(Namespace.Checkpoint("row"), "Ready", "CheckpointFailed");

        Assert.Contains("[io_uring]", refused.Message("Ready"), StringComparison.Ordinal);
        JsonObject after = JsonNode.Parse(await AskAsync())!.AsObject();
        JsonObject later = JsonNode.Parse(await AskAsync())!.AsObject();
        AssertGoesOn(before, after, later);
    }

    [Fact]
    public async Task Node_js_goes_on_where_a_seccomp_profile_keeps_it_from_making_an_io_uring()
    {
        await Cluster.LoadServicesAsync();
        // Where the kubelet looks for a Localhost profile.
        string profile = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "config", "samples", "seccomp-without-io-uring.json"), TestContext.Current.CancellationToken);
        await Cluster.Node.RunAsync($"mkdir -p /var/lib/kubelet/seccomp && cat > /var/lib/kubelet/seccomp/without-io-uring.json <<'END'\n{profile}\nEND");
        await Namespace.ApplyAsync(RowManifests.Pod(
            "row", RowManifests.ServicesImage, ["node", "/workloads/rows.js"],
            "securityContext: {seccompProfile: {type: Localhost, localhostProfile: without-io-uring.json} }"));
        await Namespace.UntilPodReadyAsync("row");
        JsonObject before = JsonNode.Parse(await AskAsync())!.AsObject();

        await GoOnAsync();

        JsonObject after = JsonNode.Parse(await AskAsync())!.AsObject();
        AssertGoesOn(before, after, JsonNode.Parse(await AskAsync())!.AsObject());
    }

    [Fact]
    public async Task A_program_at_a_terminal_goes_on_at_it()
    {
        await Namespace.ApplyAsync(RowManifests.Pod(
            "row", Manifests.Image, ["sh", "-c", "count=0; while :; do count=$((count + 1)); echo tick $count; sleep 0.1; done"], "tty: true"));
        await Namespace.UntilPodReadyAsync("row");
        await Namespace.CheckpointAsync("row", "row");
        long before = LastTick(await Namespace.KubectlAsync("logs", "row"));
        await Namespace.DeletePodAsync("row");
        await Namespace.RestoreAsync("row", "row");

        Assert.Equal("/dev/pts/0", (await Namespace.ExecAsync("row", "readlink", "/proc/1/fd/1")).Trim());
        await Namespace.ExecAsync("row", "sleep", "1");
        string log = await Namespace.KubectlAsync("logs", "row");
        Assert.InRange(long.Parse(Tick().Match(log).Groups[1].Value, null), 2, before + 1);
    }

    [Fact]
    public async Task A_program_with_an_io_uring_is_refused_in_CRIUs_words_and_goes_on()
    {
        await Namespace.ApplyAsync(RowManifests.KindsPod("row", "/tmp", ["identity", "io_uring"]));
        await Namespace.UntilPodReadyAsync("row");
        const string Ask = "until [ -S /tmp/kinds.sock ]; do sleep 0.1; done; exec python3 -B /workloads/kinds.py /tmp";
        string before = await Namespace.ExecAsync("row", "sh", "-c", Ask);
        Assert.Contains("\"io_uring\": \"ok\"", before, StringComparison.Ordinal);

        await Namespace.ApplyAsync(Manifests.Checkpoint("row", "row"));
        JsonObject refused = await Namespace.UntilRefusedAsync(Namespace.Checkpoint("row"), "Ready", "CheckpointFailed");

        Assert.Contains("CRIU cannot dump container row: ", refused.Message("Ready"), StringComparison.Ordinal);
        Assert.Contains("Can't retrieve FDs", refused.Message("Ready"), StringComparison.Ordinal);
        Assert.Equal(before, await Namespace.ExecAsync("row", "sh", "-c", Ask));
        Assert.Equal(0, (int?)(await Cluster.Kubectl.GetAsync(Namespace.Pod("row")))!.FirstContainer!["restartCount"]);
    }

    private static void AssertGoesOn(JsonObject before, JsonObject after, JsonObject later)
    {
        Assert.Equal((string?)before["identity"], (string?)after["identity"]);
        Assert.Equal(("asked 1", "asked 2", "asked 3"), ((string?)before["worker"], (string?)after["worker"], (string?)later["worker"]));
        Assert.True((long)after["ticks"]! > (long)before["ticks"]! && (long)later["ticks"]! >= (long)after["ticks"]!, "the timer goes on");
        // A byte for each tick, none lost, in the file that has the name.
        Assert.Equal(((long)later["ticks"]!, (long)later["ticks"]!), ((long)later["size"]!, (long)later["named"]!));
    }

    private async Task GoOnAsync()
    {
        await Namespace.CheckpointAsync("row", "row");
        await Namespace.DeletePodAsync("row");
        await Namespace.RestoreAsync("row", "row");
    }

    // A program is started before it listens.
    private Task<string> AskAsync() => Namespace.ExecAsync(
        "row", "sh", "-c", $"until grep -q ':1F90 .* 0A ' /proc/net/tcp; do sleep 0.1; done; exec python3 -c \"{Get}\"");

    private Task<string> ProcessesAsync() => Namespace.ExecAsync(
        "row", "sh", "-c", "cd /proc; for pid in [0-9]*; do line=$(tr '\\0' ' ' 2> /dev/null < $pid/cmdline) && case $line in nginx:*) echo $pid $line ;; esac; done");

    private static long LastTick(string log) => long.Parse(Tick().Matches(log)[^1].Groups[1].Value, null);

    [GeneratedRegex("nginx: worker")]
    private static partial Regex Workers();

    [GeneratedRegex(@"^tick (\d+)\r?$", RegexOptions.Multiline)]
    private static partial Regex Tick();
}
