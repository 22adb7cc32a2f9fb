using System.Globalization;
using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>A program in C whose threads check their own memory, variables and turns all the time (Workloads/threads.c).</summary>
public sealed class ThreadsTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    private const int Rounds = 20;

    [Fact]
    public async Task Threads_go_on_with_their_memory_their_own_variables_and_their_turns()
    {
        await Namespace.ApplyAsync(Manifests.ShellPod("row", "Always", ("threads", "until [ -x /tmp/threads ]; do sleep 0.1; done; exec /tmp/threads")));
        await Namespace.UntilPodReadyAsync("row");
        await BringProgramAsync();
        (long before, string secret) = (await RoundsAsync())[^1];
        await Namespace.CheckpointAsync("row", "row");
        await Namespace.DeletePodAsync("row");
        await Namespace.RestoreAsync("row", "row");

        (long Round, string Secret)[] after = await RoundsAsync();
        Assert.All(after, round => Assert.Equal(secret, round.Secret));
        Assert.True(after[0].Round > before, $"it went on at round {after[0].Round}, and had come to {before}");
        Assert.Equal(Enumerable.Range(0, Rounds).Select(number => after[0].Round + number), after.Select(round => round.Round));
        JsonObject pod = (await Cluster.Kubectl.GetAsync(Namespace.Pod("row")))!;
        Assert.Equal(0, (int)pod.FirstContainer!["restartCount"]!);
    }

    private async Task BringProgramAsync()
    {
        string program = Path.Combine(Path.GetTempPath(), $"threads-{Guid.NewGuid():N}");
        try
        {
            (await new Command("gcc", "-O1", "-Wall", "-static", "-pthread", "-s", "-o", program, Path.Combine(AppContext.BaseDirectory, "Workloads", "threads.c")).RunAsync()).OrThrow();
            var copy = new Command(
                "kubectl", "-n", Namespace.Name, "exec", "-i", "row", "--", "sh", "-c", "base64 -d > /tmp/new && chmod +x /tmp/new && mv /tmp/new /tmp/threads")
            {
                Environment = Cluster.Kubectl.Environment,
            };
            (await copy.RunAsync(Convert.ToBase64String(await File.ReadAllBytesAsync(program, TestContext.Current.CancellationToken)))).OrThrow();
        }
        finally
        {
            File.Delete(program);
        }
    }

    // The first that its log tells, each "round NUMBER SECRET".
    private async Task<(long Round, string Secret)[]> RoundsAsync()
    {
        var follow = new Command("kubectl", "-n", Namespace.Name, "logs", "-f", "row") { Environment = Cluster.Kubectl.Environment };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        var rounds = new List<(long, string)>();
        await foreach (string line in follow.ReadLinesAsync(limit.Token))
        {
            Assert.True(line.Split(' ') is ["round", _, _], $"the program says: {line}");
            string[] words = line.Split(' ');
            rounds.Add((long.Parse(words[1], CultureInfo.InvariantCulture), words[2]));
            if (rounds.Count == Rounds)
                return [.. rounds];
        }
        throw new InvalidOperationException($"the log ended after {rounds.Count} rounds");
    }
}
