namespace CheckpointOperator.ControlPlane.Tests.Rights;

/// <summary>Namespaces are walls: a checkpoint finds Pods, and a restore checkpoints, of its own alone.</summary>
public sealed class NamespaceTests(TestControlPlane controlPlane)
{
    [Fact]
    public async Task A_restore_does_not_find_a_checkpoint_of_another_namespace()
    {
        await using TestNamespace theirs = await TestNamespace.CreateAsync(controlPlane);
        await using TestNamespace mine = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator one = await RunningOperator.StartAsync(theirs);
        await using RunningOperator other = await RunningOperator.StartAsync(mine);
        await theirs.ReadyCheckpointAsync("first", "web");

        await mine.RestoreAsync("copy", "first");
        V1Alpha1ContainerRestore waiting = await mine.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Pending, "waits");
        Assert.Equal(RestoreReasons.CheckpointNotFound, waiting.Status.Conditions.Find(ConditionTypes.Preflight)!.Reason);
        Assert.Contains($"{mine.Name}/first", waiting.Status.Message, StringComparison.Ordinal);
        Assert.Empty((await mine.Pods.ListAsync(new ResourceScope(mine.Name), TestContext.Current.CancellationToken)).Items);
        Assert.Single((await theirs.Pods.ListAsync(new ResourceScope(theirs.Name), TestContext.Current.CancellationToken)).Items);
    }

    [Fact]
    public async Task A_restored_Pod_is_made_in_the_restores_namespace_whatever_the_checkpoint_says()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using TestNamespace other = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        V1Alpha1ContainerCheckpoint ready = await space.ReadyCheckpointAsync("first", "web");
        await space.Checkpoints.PatchStatusAsync(
            ready, current => (current.Status.PodTemplate!.Metadata ??= new V1ObjectMeta()).NamespaceProperty = other.Name, TestContext.Current.CancellationToken);
        await space.RestoreAsync("copy", "first");
        await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is Running");
        Assert.NotNull(await space.Pods.GetAsync(space.Key("copy"), TestContext.Current.CancellationToken));
        Assert.Empty((await other.Pods.ListAsync(new ResourceScope(other.Name), TestContext.Current.CancellationToken)).Items);
    }

    [Fact]
    public async Task A_checkpoint_does_not_find_a_Pod_of_another_namespace()
    {
        await using TestNamespace theirs = await TestNamespace.CreateAsync(controlPlane);
        await using TestNamespace mine = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(mine);
        await theirs.Kubelet.StartPodAsync("web");
        await mine.CheckpointAsync("first", "web");
        V1Alpha1ContainerCheckpoint waiting = await mine.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Pending, "waits");
        Assert.Equal(CheckpointReasons.PodNotFound, waiting.Status.Conditions.Find(ConditionTypes.Ready)!.Reason);
    }
}
