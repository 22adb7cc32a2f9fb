namespace CheckpointOperator.ControlPlane.Tests.Proxied;

/// <summary>Two operators, of which the one that leads stands still in the middle of its work and goes on when the other has done it.</summary>
public sealed class FrozenLeaderTests(TestControlPlane controlPlane)
{
    private static readonly (string, string) Lease = ("LEASEDURATION", "00:00:20");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_leader_that_was_frozen_and_thawed_writes_nothing_and_ends()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        var workload = new Workload(space);
        await workload.StartPodsAsync();
        await using ProxiedOperator one = await ProxiedOperator.StartAsync(space, "one", Lease);
        await space.UntilAsync<V1Lease>("checkpoint-operator-leader", lease => lease?.Spec.HolderIdentity == "one", "is held by one");
        await using ProxiedOperator two = await ProxiedOperator.StartAsync(space, "two", Lease);

        // In the middle of a reconcile: it asks for a Pod, and would write next.
        var hold = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        int held = 0;
        one.Proxy.Fault = async (context, pass) =>
        {
            if (context.Request.Method == "GET" && context.Request.Path.Value!.Contains("/pods/", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref held);
                await hold.Task.WaitAsync(context.RequestAborted);
            }
            await pass();
        };
        await workload.BeginAsync();
        await one.UntilAsync(() => Volatile.Read(ref held) > 0, "asks for a Pod");
        await one.Process.FreezeAsync();
        // The answers lie in its sockets when it goes on.
        hold.SetResult();
        await workload.FinishAsync();

        DateTimeOffset thawed = DateTimeOffset.UtcNow;
        await one.Process.ThawAsync();
        await one.Process.Ended.WaitAsync(TestNamespace.Limit, Cancelled);
        Assert.Equal(1, one.Process.ExitCode);
        Assert.Contains("lost the lease", one.Process.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(one.Proxy.Requests, request => request.At >= thawed && request.IsWrite);

        await two.UntilIdleAsync();
        WriteHistory history = await WriteHistory.OfAsync(space);
        history.AssertSound();
        history.AssertWrittenByTheLeader();
    }
}
