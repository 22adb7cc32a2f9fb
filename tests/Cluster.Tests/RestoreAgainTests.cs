using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>The sample with several containers, whose restore is made again after a crash, as often as is allowed.</summary>
public sealed class RestoreAgainTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    // The agent's default.
    private const int Attempts = 3;

    private static readonly string Sample = Path.Combine(RepositoryFolder.Path, "config", "samples", "web");

    [Fact]
    public async Task A_container_that_ends_is_restored_again_until_its_attempts_are_used_up_and_the_others_go_on()
    {
        await Namespace.KubectlAsync("apply", "--validate=false", "-k", Sample);
        await Namespace.UntilPodReadyAsync("web");
        await RedisAsync("web", "set", "key", "value");
        await UntilCountedAsync("web", 2);
        await ApplyAsync("checkpoint.yaml");
        foreach (string checkpoint in (string[])["web-app", "web-cache"])
            await Namespace.UntilReadyAsync(Namespace.Checkpoint(checkpoint));
        await Namespace.EndPodAsync("web");
        await ApplyAsync("restore.yaml");
        JsonObject restore = await Namespace.UntilReadyAsync(Namespace.Restore("web"));
        Assert.Equal("2/2", restore.Status("restoredContainers"));
        int first = await FirstNumberAsync();
        Assert.True(first > 2, $"it went on with {first}");
        string cache = Container(restore, "cache")["containerID"]!.ToString();

        for (int attempt = 2; attempt <= Attempts; attempt++)
        {
            await UntilCountedAsync("web-restored", first + 1);
            JsonObject ended = (await Cluster.Kubectl.GetAsync(Namespace.Restore("web")))!;
            await EndAsync(ended);
            restore = await Namespace.UntilAsync(Namespace.Restore("web"), value => RestoredAgain(value, attempt), $"was restored a {attempt}. time");
            Assert.NotEqual((string?)Container(ended, "app")["containerID"], (string?)Container(restore, "app")["containerID"]);
            int restarts = attempt - 1;
            await Namespace.UntilAsync(Namespace.Pod("web-restored"), pod => (int?)Status(pod, "app")["restartCount"] == restarts, $"was started again {restarts} times");
            // From the checkpoint again, not from nothing, and not from where it ended.
            Assert.Equal(first, await FirstNumberAsync());
        }

        await EndAsync(restore);
        JsonObject failed = await Namespace.UntilRefusedAsync(Namespace.Restore("web"), "Restored", "AttemptsUsedUp");
        Assert.Contains("app", failed.Message("Restored"), StringComparison.Ordinal);
        failed = await Namespace.UntilAsync(Namespace.Restore("web"), value => value.Phase == "Failed", "is Failed");
        Assert.Equal("Failed", (string?)Container(failed, "app")["result"]);
        Assert.Equal(Attempts, (int?)Container(failed, "app")["attempts"]);
        Assert.Equal("Restored", (string?)Container(failed, "cache")["result"]);
        Assert.Contains("AttemptsUsedUp", await Cluster.Awaiter.EventAsync(Namespace.Pod("web-restored"), "Failed"), StringComparison.Ordinal);

        // Nothing of it is restored or started any more; the other one is the process that it was.
        JsonObject pod = await Namespace.UntilAsync(Namespace.Pod("web-restored"), value => Waiting(value, "app"), "waits with app");
        Assert.Contains(pod["status"]!["containerStatuses"]!.AsArray(), status => (string?)status!["containerID"] == cache && (int?)status["restartCount"] == 0);
        Assert.Equal("value", (await RedisAsync("web-restored", "get", "key")).Trim());
    }

    private static bool RestoredAgain(JsonObject restore, int attempt) =>
        restore.Says("Restored", "True") && restore.Says("Ready", "True") && (int?)Container(restore, "app")["attempts"] == attempt;

    private static bool Waiting(JsonObject pod, string container) =>
        Status(pod, container)["state"]?["waiting"] is not null;

    private static JsonNode Status(JsonObject pod, string container) =>
        pod["status"]!["containerStatuses"]!.AsArray().Single(status => (string?)status!["name"] == container)!;

    private static JsonNode Container(JsonObject restore, string name) =>
        restore["status"]!["containers"]!.AsArray().Single(container => (string?)container!["name"] == name)!;

    private async Task EndAsync(JsonObject restore) => await Cluster.Node.RunAsync($"kill -9 {Container(restore, "app")["pid"]}");

    private async Task ApplyAsync(string file) => await Namespace.KubectlAsync("apply", "--validate=false", "-f", Path.Combine(Sample, file));

    private Task<string> RedisAsync(string pod, params string[] command) => Namespace.KubectlAsync(["exec", pod, "-c", "cache", "--", "redis-cli", .. command]);

    private async Task<int> FirstNumberAsync()
    {
        await UntilCountedAsync("web-restored", 1);
        string log = await Namespace.KubectlAsync("logs", "web-restored", "-c", "app");
        return int.Parse(log.Split('\n')[0], null);
    }

    private async Task UntilCountedAsync(string pod, int number)
    {
        var follow = new Command("kubectl", "-n", Namespace.Name, "logs", "-f", pod, "-c", "app") { Environment = Cluster.Kubectl.Environment };
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(3));
        await foreach (string line in follow.ReadLinesAsync(limit.Token))
        {
            if (int.Parse(line, null) >= number)
                return;
        }
        Assert.Fail($"the log of {pod} ended before it said {number}");
    }
}
