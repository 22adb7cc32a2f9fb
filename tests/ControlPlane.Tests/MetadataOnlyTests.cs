namespace CheckpointOperator.ControlPlane.Tests;

/// <summary>Lists and watches that ask for objects' metadata alone.</summary>
public sealed class MetadataOnlyTests(TestControlPlane controlPlane)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_list_and_a_watch_of_metadata_bring_neither_spec_nor_status_and_miss_no_change_of_them()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await space.Kubelet.CreatePodAsync("web");
        var scope = new ResourceScope(space.Name, MetadataOnly: true);
        EntityList<V1Pod> list = await space.Pods.ListAsync(scope, Cancelled);
        V1Pod listed = Assert.Single(list.Items);
        Assert.Equal(("web", "web"), (listed.Metadata.Name, listed.Metadata.Labels["app"]));
        Assert.Null(listed.Spec);
        Assert.Null(listed.Status);

        using WatchStream<V1Pod> watch = await space.Pods.WatchAsync(scope, list.Metadata.ResourceVersion, TestNamespace.Limit, Cancelled);
        V1Pod running = await space.Kubelet.RunAsync("web");
        await foreach (WatchEvent<V1Pod> change in watch.ReadAsync(Cancelled))
        {
            if (change.Entity.Metadata.ResourceVersion != running.Metadata.ResourceVersion)
                continue;
            Assert.Equal(WatchEventType.Modified, change.Type);
            Assert.Null(change.Entity.Status);
            return;
        }
        Assert.Fail("The watch ended without the change of the Pod's status.");
    }

    [Fact]
    public async Task A_status_that_is_changed_in_a_copy_without_the_Pod_template_keeps_the_template_at_the_server()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        // No agent answers: the operator, whose cache has no template, ends the checkpoint.
        await using RunningOperator running = await RunningOperator.StartAsync(space, "--AgentGrace=00:00:00");
        await space.Kubelet.StartPodAsync("web");
        await space.CheckpointAsync("first", "web", spec => spec.Timeout = "2s");
        V1Alpha1ContainerCheckpoint failed = await space.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Failed, "has Failed");
        Assert.Equal("main:1", Assert.Single(failed.Status.PodTemplate!.Spec.Containers).Image);
    }
}
