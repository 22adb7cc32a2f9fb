namespace CheckpointOperator.ControlPlane.Tests;

/// <summary>Of several operators one works, and another takes over when it goes.</summary>
public sealed class LeadershipTests(TestControlPlane controlPlane)
{
    private const string Lease = "checkpoint-operator-leader";

    /// <summary>How long a lease lasts that a test waits for to end.</summary>
    private static readonly (string, string) TakenOver = ("LEASEDURATION", "00:00:15");

    [Fact]
    public async Task Another_operator_takes_over_when_the_leader_is_killed()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using OperatorProcess one = await OperatorProcess.StartAsync(space, "one", TakenOver);
        await UntilHeldByAsync(space, "one");
        await using OperatorProcess two = await OperatorProcess.StartAsync(space, "two", TakenOver);
        await space.ReadyCheckpointAsync("first", "web");

        await one.KillAsync();
        await space.RestoreAsync("copy", "first");
        await UntilHeldByAsync(space, "two");
        await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is made by the other");
        Assert.Contains("leads", two.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_leader_that_is_asked_to_end_gives_the_lease_back()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using OperatorProcess one = await OperatorProcess.StartAsync(space, "one");
        await UntilHeldByAsync(space, "one");
        await one.TerminateAsync();
        Assert.Equal(0, one.ExitCode);
        V1Lease lease = (await controlPlane.Client<V1Lease>().GetAsync(space.Key(Lease), TestContext.Current.CancellationToken))!;
        Assert.True(string.IsNullOrEmpty(lease.Spec.HolderIdentity));
    }

    [Fact]
    public async Task A_leader_that_loses_the_lease_to_another_ends_with_a_failure()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using OperatorProcess one = await OperatorProcess.StartAsync(space, "one");
        V1Lease lease = await UntilHeldByAsync(space, "one");
        await controlPlane.Client<V1Lease>().PatchAsync(
            lease,
            current =>
            {
                current.Spec.HolderIdentity = "intruder";
                current.Spec.RenewTime = DateTime.UtcNow;
                current.Spec.LeaseDurationSeconds = 3600;
            },
            TestContext.Current.CancellationToken);
        await one.Ended.WaitAsync(TestNamespace.Limit, TestContext.Current.CancellationToken);
        Assert.NotEqual(0, one.ExitCode);
        Assert.Contains("lost the lease", one.Log, StringComparison.Ordinal);
    }

    private static Task<V1Lease> UntilHeldByAsync(TestNamespace space, string identity) =>
        space.UntilAsync<V1Lease>(Lease, lease => lease?.Spec.HolderIdentity == identity, $"is held by {identity}");
}
