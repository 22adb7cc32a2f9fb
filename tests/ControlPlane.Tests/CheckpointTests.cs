namespace CheckpointOperator.ControlPlane.Tests;

/// <summary>What the operator makes of a ContainerCheckpoint.</summary>
public sealed class CheckpointTests(TestControlPlane controlPlane)
{
    [Fact]
    public async Task A_checkpoint_of_a_running_container_is_given_to_its_node()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        V1Pod pod = await space.Kubelet.StartPodAsync("web");
        await space.CheckpointAsync("first", "web");

        V1Alpha1ContainerCheckpoint given = await space.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Running, "is Running");

        Assert.Equal(space.NodeName, given.Metadata.Labels[ApiGroup.NodeLabelKey]);
        Assert.Contains(ApiGroup.ArchiveFinalizer, given.Metadata.Finalizers);
        Assert.Equal((space.NodeName, pod.Metadata.Uid), (given.Status.NodeName, given.Status.PodUID));
        Assert.Equal(("main", "containerd://main"), (given.Status.Container!.Name, given.Status.Container.Id));
        Assert.Equal(given.Metadata.Generation, given.Status.ObservedGeneration);
        V1PodTemplateSpec template = given.Status.PodTemplate!;
        Assert.Equal("web", template.Metadata.Labels["app"]);
        Assert.Equal("main:1", Assert.Single(template.Spec.Containers).Image);
        // The service account's token, which admission added to the Pod, is not recorded.
        Assert.Contains(pod.Spec.Volumes, volume => volume.Name != "data");
        Assert.Equal("data", Assert.Single(template.Spec.Volumes).Name);
        Assert.Null(template.Spec.NodeName);
        await space.UntilEventAsync("first", "Assigned");
    }

    [Fact]
    public async Task A_checkpoint_waits_for_its_Pod_says_so_and_goes_on()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.CheckpointAsync("early", "web");
        V1Alpha1ContainerCheckpoint waiting = await UntilReadyIsFalseAsync(space, "early", "PodNotFound");
        Assert.Contains($"{space.Name}/web", waiting.Status.Message, StringComparison.Ordinal);
        Assert.Equal(CheckpointPhase.Pending, waiting.Status.Phase);
        Assert.Equal("Warning", (await space.UntilEventAsync("early", "PodNotFound")).Type);

        await space.Kubelet.CreatePodAsync("web");
        await UntilReadyIsFalseAsync(space, "early", "PodNotRunning");
        await space.Kubelet.RunAsync("web");
        await space.UntilCheckpointAsync("early", current => current.Status.Phase == CheckpointPhase.Running, "goes on");
    }

    [Fact]
    public async Task A_container_that_is_not_named_or_not_there_is_asked_for_by_name()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.Kubelet.StartPodAsync("pair", "left", "right");
        await space.CheckpointAsync("either", "pair");
        await space.CheckpointAsync("wrong", "pair", spec => spec.Container = "middle");

        Assert.Contains("left, right", (await UntilReadyIsFalseAsync(space, "either", "ContainerRequired")).Status.Message, StringComparison.Ordinal);
        Assert.Contains("left, right", (await UntilReadyIsFalseAsync(space, "wrong", "ContainerNotFound")).Status.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_Pod_of_another_namespace_is_not_found()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using TestNamespace other = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await other.Kubelet.StartPodAsync("web");
        await space.CheckpointAsync("reach", "web");
        await UntilReadyIsFalseAsync(space, "reach", "PodNotFound");
    }

    [Fact]
    public async Task A_node_without_an_agent_or_without_CRIU_is_named_and_the_checkpoint_goes_on_when_it_is_mended()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        await controlPlane.Client<V1Node>().CreateAsync(new V1Node { Metadata = new V1ObjectMeta { Name = space.NodeName } }, TestContext.Current.CancellationToken);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.Kubelet.StartPodAsync("web");
        await space.CheckpointAsync("first", "web");
        Assert.Contains(space.NodeName, (await UntilReadyIsFalseAsync(space, "first", "NodeCannotCheckpoint")).Status.Message, StringComparison.Ordinal);

        await space.Agent.ReportNodeAsync(status => status.Conditions = status.Conditions.With("CanCheckpoint", Conditions.False, "CriuMissing", "Install criu.", 1, DateTimeOffset.UtcNow));
        await space.UntilCheckpointAsync("first", current => current.Status.Message?.Contains("Install criu.", StringComparison.Ordinal) == true, "repeats what the node says");

        await space.Agent.ReportNodeAsync();
        await space.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Running, "goes on");
    }

    [Fact]
    public async Task A_checkpoint_whose_node_leaves_the_cluster_fails()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.Kubelet.StartPodAsync("web");
        await space.CheckpointAsync("first", "web");
        await space.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Running, "is Running");

        await controlPlane.Client<V1Node>().DeleteAsync(new NamespacedName(null, space.NodeName), null, TestContext.Current.CancellationToken);
        await UntilReadyIsFalseAsync(space, "first", "NodeLost");
    }

    [Fact]
    public async Task A_checkpoint_that_its_agent_does_not_end_in_time_fails()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space, "--AgentGrace=00:00:00");
        await space.Kubelet.StartPodAsync("web");
        await space.CheckpointAsync("first", "web", spec => spec.Timeout = "1s");
        V1Alpha1ContainerCheckpoint failed = await UntilReadyIsFalseAsync(space, "first", "TimedOut");
        Assert.Equal(CheckpointPhase.Failed, failed.Status.Phase);
        Assert.NotNull(failed.Status.CompletionTime);
    }

    [Fact]
    public async Task The_Pod_is_deleted_after_its_checkpoint_where_that_is_asked_for_and_only_this_Pod()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.Kubelet.StartPodAsync("web");
        await space.Kubelet.StartPodAsync("kept");
        await space.CheckpointAsync("first", "web", spec => spec.AfterCheckpoint = AfterCheckpoint.DeletePod);
        await space.CheckpointAsync("second", "kept");
        foreach (string name in new[] { "first", "second" })
            await space.Agent.CompleteAsync(await space.UntilCheckpointAsync(name, current => current.Status.Phase == CheckpointPhase.Running, "is Running"));

        await space.UntilAsync<V1Pod>("web", pod => pod?.Metadata.DeletionTimestamp is not null, "is deleted");
        await space.UntilEventAsync("first", "PodDeleted");
        await space.Kubelet.RemovePodAsync("web");
        V1Pod next = await space.Kubelet.StartPodAsync("web");
        await space.CheckpointAsync("third", "web");
        await space.UntilCheckpointAsync("third", current => current.Status.Phase == CheckpointPhase.Running, "is Running");
        Assert.Null((await space.Pods.GetAsync(space.Key("web"), TestContext.Current.CancellationToken))!.Metadata.DeletionTimestamp);
        Assert.Null((await space.Pods.GetAsync(space.Key("kept"), TestContext.Current.CancellationToken))!.Metadata.DeletionTimestamp);
        Assert.NotNull(next.Metadata.Uid);
    }

    [Fact]
    public async Task A_checkpoint_is_deleted_when_its_ttl_has_passed()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.Kubelet.StartPodAsync("web");
        await space.CheckpointAsync("brief", "web", spec => spec.Ttl = "1s");
        V1Alpha1ContainerCheckpoint given = await space.UntilCheckpointAsync("brief", current => current.Status.Phase == CheckpointPhase.Running, "is Running");
        await space.Agent.CompleteAsync(given);

        V1Alpha1ContainerCheckpoint deleted = await space.UntilCheckpointAsync("brief", current => current.Metadata.DeletionTimestamp is not null, "is deleted");
        // Its archive is the agent's to remove: until then the object stays.
        await space.Agent.RemoveArchiveAsync(deleted);
        await space.UntilAsync<V1Alpha1ContainerCheckpoint>("brief", current => current is null, "is gone");
    }

    [Fact]
    public async Task A_deleted_checkpoint_is_let_go_when_its_node_has_left_the_cluster()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.Kubelet.StartPodAsync("web");
        await space.CheckpointAsync("first", "web");
        await space.Agent.CompleteAsync(await space.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Running, "is Running"));
        await space.Checkpoints.DeleteAsync(space.Key("first"), null, TestContext.Current.CancellationToken);
        await space.UntilCheckpointAsync("first", current => current.Metadata.DeletionTimestamp is not null, "waits for its agent");

        await controlPlane.Client<V1Node>().DeleteAsync(new NamespacedName(null, space.NodeName), null, TestContext.Current.CancellationToken);
        await space.UntilAsync<V1Alpha1ContainerCheckpoint>("first", current => current is null, "is gone");
    }

    [Fact]
    public async Task A_spec_that_is_changed_afterwards_is_not_acted_on()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        V1Alpha1ContainerCheckpoint waiting = await space.CheckpointAsync("early", "web");
        waiting = await UntilReadyIsFalseAsync(space, "early", "PodNotFound");
        V1Alpha1ContainerCheckpoint ready = await space.ReadyCheckpointAsync("first", "kept");

        if (!await TryChangeAsync(space, waiting) || !await TryChangeAsync(space, ready))
            return; // A server that knows the CRD's CEL rules refuses the change itself.

        V1Alpha1ContainerCheckpoint failed = await UntilReadyIsFalseAsync(space, "early", "InvalidSpec");
        Assert.Contains("immutable", failed.Status.Message, StringComparison.Ordinal);
        // The later write of the same Pod's watchers is behind this one: had the change been acted on, the Pod would be deleted by now.
        await space.CheckpointAsync("second", "kept");
        await space.UntilCheckpointAsync("second", current => current.Status.Phase == CheckpointPhase.Running, "is Running");
        Assert.Null((await space.Pods.GetAsync(space.Key("kept"), TestContext.Current.CancellationToken))!.Metadata.DeletionTimestamp);
    }

    private static async Task<bool> TryChangeAsync(TestNamespace space, V1Alpha1ContainerCheckpoint checkpoint)
    {
        try
        {
            await space.Checkpoints.PatchAsync(checkpoint, current => current.Spec.AfterCheckpoint = AfterCheckpoint.DeletePod, TestContext.Current.CancellationToken);
            return true;
        }
        catch (ApiServerException refused) when (refused.StatusCode == System.Net.HttpStatusCode.UnprocessableEntity)
        {
            Assert.Contains("immutable", refused.Message, StringComparison.Ordinal);
            return false;
        }
    }

    private static Task<V1Alpha1ContainerCheckpoint> UntilReadyIsFalseAsync(TestNamespace space, string name, string reason) => space.UntilCheckpointAsync(
        name, current => current.Status.Conditions.Find("Ready") is { Status: Conditions.False } ready && ready.Reason == reason, $"is not Ready, reason {reason}");
}
