using System.Diagnostics;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>
/// The agent, and now and then the operator, is killed at random moments while one container is checkpointed and another restored. CHECKPOINT_OPERATOR_KILLS sets
/// how many times, CHECKPOINT_OPERATOR_SEED repeats a run.
/// </summary>
[Collection(nameof(Disruption))]
public sealed class RandomKillingTests(ClusterFixture cluster, NodeBefore before) : InterruptedFlowTest(cluster)
{
    // After so many kills all is deleted, and the node must be as it was.
    private const int KillsBetweenSnapshots = 40;

    // Of three attempts that a restore has, two at most are lost.
    private const int KillsInARound = 2;

    // Every eighth time the operator is killed as well.
    private const int OperatorsPart = 8;

    [Fact]
    public async Task Both_flows_are_finished_although_parts_are_killed_at_random_moments()
    {
        int kills = int.Parse(Environment.GetEnvironmentVariable("CHECKPOINT_OPERATOR_KILLS") ?? "2", null);
        int seed = int.Parse(Environment.GetEnvironmentVariable("CHECKPOINT_OPERATOR_SEED") ?? $"{Environment.TickCount & 0xffff}", null);
        Tell($"CHECKPOINT_OPERATOR_SEED={seed}");
        var random = new Random(seed);
        for (int done = 0; done < kills;)
        {
            int next = Math.Min(kills, done + KillsBetweenSnapshots);
            await KillAsync(random, done, next);
            await before.AssertSameWithoutAsync(Namespace);
            Tell($"the node is as it was after {done = next} kills");
        }
    }

    private static void Tell(string line) => TestContext.Current.SendDiagnosticMessage($"{DateTime.UtcNow:HH:mm:ss} {line}");

    // Two Pods take turns: while the one is checkpointed, the other is restored.
    private async Task KillAsync(Random random, int from, int to)
    {
        (string pod, string checkpoint) = ($"running-{from}-{to}", $"first-{from}-{to}");
        await Namespace.StartServerAsync(pod);
        await Namespace.StartServerAsync("away");
        await Namespace.CheckpointAsync(checkpoint, "away");
        ServerState away = await Namespace.AskAsync("away");
        await Namespace.EndPodAsync("away");
        // The first round is not disturbed: it tells how long one takes.
        TimeSpan undisturbed = await RunBothAsync(() => Task.CompletedTask);
        for (int kill = from; kill < to; kill += KillsInARound)
        {
            await RunBothAsync(async () =>
            {
                for (int one = kill; one < Math.Min(to, kill + KillsInARound); one++)
                    await KillAtRandomAsync(random, one, undisturbed);
            });
        }

        async Task<TimeSpan> RunBothAsync(Func<Task> disturb)
        {
            string suffix = Guid.NewGuid().ToString("N")[..8];
            (string copy, string next) = ($"copy-{suffix}", $"next-{suffix}");
            ServerState running = await Namespace.AskAsync(pod);
            long start = Stopwatch.GetTimestamp();
            await Namespace.ApplyAsync($"{Manifests.Checkpoint(next, pod)}\n---\n{Manifests.Restore(copy, checkpoint)}");
            await disturb();
            await AssertCheckpointedOnceAsync(next, running, pod);
            await AssertRestoredOnceAsync(copy, away);
            TimeSpan took = Stopwatch.GetElapsedTime(start);

            away = await Namespace.AskAsync(pod);
            await Namespace.KubectlAsync("delete", $"pod/{pod}", $"containercheckpoint/{checkpoint}", "--wait=false");
            (pod, checkpoint) = (copy, next);
            return took;
        }
    }

    private async Task KillAtRandomAsync(Random random, int kill, TimeSpan undisturbed)
    {
        TimeSpan moment = random.NextDouble() * undisturbed;
        bool both = random.Next(OperatorsPart) == 0;
        Tell($"kill {kill + 1}: the agent{(both ? " and the operator" : string.Empty)}, {moment.TotalMilliseconds:0} of {undisturbed.TotalMilliseconds:0} ms after both flows, or the last agent, began");
        await Task.Delay(moment, TestContext.Current.CancellationToken);
        Component[] killed = both ? [Component.Agent, Component.Operator] : [Component.Agent];
        foreach (Component component in killed)
            await Killer.KillAsync(component);
        foreach (Component component in killed)
            await Killer.StartAgainAsync(component);
    }
}
