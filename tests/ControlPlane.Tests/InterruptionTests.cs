using CheckpointOperator.ControlPlane.Tests.Faults;

namespace CheckpointOperator.ControlPlane.Tests;

/// <summary>The work is finished, and once, whatever happens to the operator or between it and the API server.</summary>
public sealed class InterruptionTests(TestControlPlane controlPlane)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_checkpoint_is_assigned_by_the_next_operator_when_one_dies_after_any_of_its_writes(int writes)
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await space.Kubelet.StartPodAsync("web");
        using var death = new Death(writes);
        await using (await RunningOperator.StartAsync(space, [death]))
        {
            await space.CheckpointAsync("first", "web");
            await death.Came.WaitAsync(TestNamespace.Limit, Cancelled);
        }

        await using RunningOperator next = await RunningOperator.StartAsync(space);
        V1Alpha1ContainerCheckpoint given = await space.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Running, "is Running");
        Assert.Equal(ApiGroup.ArchiveFinalizer, Assert.Single(given.Metadata.Finalizers));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_restore_makes_one_Pod_when_the_operator_dies_after_any_of_its_writes(int writes)
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using (await RunningOperator.StartAsync(space))
            await space.ReadyCheckpointAsync("first", "web");
        using var death = new Death(writes);
        await using (await RunningOperator.StartAsync(space, [death]))
        {
            await space.RestoreAsync("copy", "first");
            await death.Came.WaitAsync(TestNamespace.Limit, Cancelled);
        }

        V1Pod? before = await space.Pods.GetAsync(space.Key("copy"), Cancelled);
        Assert.Equal(writes == 2, before is not null);
        await using RunningOperator next = await RunningOperator.StartAsync(space);
        V1Alpha1ContainerRestore restoring = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is Running");
        V1Pod pod = (await space.Pods.GetAsync(space.Key("copy"), Cancelled))!;
        Assert.Equal(pod.Metadata.Uid, restoring.Status.PodUID);
        Assert.Equal(before?.Metadata.Uid ?? pod.Metadata.Uid, pod.Metadata.Uid);
    }

    [Fact]
    public async Task Answers_that_are_lost_make_nothing_twice()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        using var lost = new LostAnswers();
        await using RunningOperator running = await RunningOperator.StartAsync(space, [lost]);
        await FinishBothAsync(space);
        // Of each object's own writes: the checkpoint and its status, the restore and its status, the Pod. Those to Nodes and of Events may come besides.
        Assert.True(lost.Count >= 5, $"only {lost.Count} answers were lost");
    }

    [Fact]
    public async Task Refusals_of_the_API_server_are_tried_again()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        using var refusals = new Refusals();
        await using RunningOperator running = await RunningOperator.StartAsync(space, [refusals]);
        await FinishBothAsync(space);
        Assert.True(refusals.Requests >= 20, $"only {refusals.Requests} requests came");
    }

    [Fact]
    public async Task Watches_that_are_cut_lose_nothing()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        using var cut = new CutWatches();
        await using RunningOperator running = await RunningOperator.StartAsync(space, [cut], "--RecheckPeriod=1.00:00:00");
        await FinishBothAsync(space);
        Assert.True(cut.Cuts >= 6, $"only {cut.Cuts} watches were cut");
    }

    /// <summary>Both kinds from their making to Ready; in the end there is one restored Pod.</summary>
    private static async Task FinishBothAsync(TestNamespace space)
    {
        await space.ReadyCheckpointAsync("first", "web");
        await space.RestoreAsync("copy", "first");
        V1Alpha1ContainerRestore restoring = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is Running");
        await space.Agent.TellRestoredAsync(restoring, Conditions.True, "Restored");
        await space.Kubelet.RunAsync("copy");
        V1Alpha1ContainerRestore ready = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Ready, "is Ready");
        V1Pod pod = Assert.Single((await space.Pods.ListAsync(new ResourceScope(space.Name), Cancelled)).Items, pod => pod.Metadata.Name != "web");
        Assert.Equal(ready.Status.PodUID, pod.Metadata.Uid);
    }
}
