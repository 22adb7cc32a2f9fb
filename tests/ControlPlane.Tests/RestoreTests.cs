using System.Diagnostics.Metrics;
using CheckpointOperator.Kubernetes.Informers;
using CheckpointOperator.Operator;
using CheckpointOperator.Operator.Controllers;
using CheckpointOperator.Operator.Observation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CheckpointOperator.ControlPlane.Tests;

/// <summary>What the operator makes of a ContainerRestore.</summary>
public sealed class RestoreTests(TestControlPlane controlPlane)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_restore_makes_its_Pod_and_is_Ready_once_the_agent_has_proven_it_and_the_Pod_runs()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        V1Alpha1ContainerCheckpoint checkpoint = await space.ReadyCheckpointAsync("first", "web");
        V1Alpha1ContainerRestore made = await space.RestoreAsync("copy", "first");

        V1Alpha1ContainerRestore restoring = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is Running");
        V1Pod pod = (await space.Pods.GetAsync(space.Key("copy"), Cancelled))!;
        Assert.Equal((space.NodeName, "copy", pod.Metadata.Uid, "0/1"),
            (restoring.Status.NodeName, restoring.Status.PodName, restoring.Status.PodUID, restoring.Status.RestoredContainers));
        RestoreContainerStatus container = Assert.Single(restoring.Status.Containers!);
        Assert.Equal(("main", "first", RestoreResult.Pending), (container.Name, container.Checkpoint, container.Result));
        Assert.Equal(space.NodeName, restoring.Metadata.Labels[ApiGroup.NodeLabelKey]);
        Assert.True(restoring.Status.Conditions.IsTrue("Preflight"));
        Assert.Equal("copy", pod.Metadata.Annotations["restore.checkpoint-operator.io/main"]);
        Assert.Equal("web", pod.Metadata.Labels["app"]);
        Assert.Equal((made.Metadata.Uid, true), (Assert.Single(pod.Metadata.OwnerReferences).Uid, pod.Metadata.OwnerReferences[0].Controller));
        Assert.Equal("checkpoint-restore", pod.Spec.RuntimeClassName);
        // By the RuntimeClass: a node that says it can restore.
        Assert.Equal("true", pod.Spec.NodeSelector[ApiGroup.RestoreLabelKey]);
        Assert.Equal(checkpoint.Status.Container!.ImageDigest, Assert.Single(pod.Spec.Containers).Image);
        V1NodeSelectorTerm term = Assert.Single(pod.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms);
        Assert.Equal(space.NodeName, Assert.Single(term.MatchFields).Values[0]);
        Assert.True(string.IsNullOrEmpty(pod.Spec.NodeName));

        await space.Kubelet.RunAsync("copy");
        await space.Agent.TellRestoredAsync(restoring, Conditions.True, "Restored");
        V1Alpha1ContainerRestore ready = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Ready, "is Ready");
        Assert.True(ready.Status.Conditions.IsTrue("Ready"));
        Assert.NotNull(ready.Status.CompletionTime);
        Assert.Equal("Normal", (await space.UntilEventAsync("copy", "Restored")).Type);
    }

    [Fact]
    public async Task A_restore_of_several_containers_names_itself_for_each_and_is_Ready_when_all_are_restored()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await CheckpointContainersAsync(space, "app", "proxy");
        await space.RestoreContainersAsync("copy", ("app", "app"), ("proxy", "proxy"));
        V1Alpha1ContainerRestore restoring = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is Running");
        Assert.Equal([("app", "app"), ("proxy", "proxy"), ("side", null)], restoring.Status.Containers!.Select(container => (container.Name, container.Checkpoint)));
        V1Pod pod = (await space.Pods.GetAsync(space.Key("copy"), Cancelled))!;
        Assert.Equal("copy", pod.Metadata.Annotations["restore.checkpoint-operator.io/app"]);
        Assert.Equal("copy", pod.Metadata.Annotations["restore.checkpoint-operator.io/proxy"]);
        Assert.False(pod.Metadata.Annotations.ContainsKey("restore.checkpoint-operator.io/side"));

        await space.Kubelet.RunAsync("copy");
        V1Alpha1ContainerRestore told = await space.Agent.TellRestoredAsync(restoring, Conditions.False, "DigestMismatch");
        await space.UntilRestoreAsync("copy", current => current.Status.Conditions.Find("Ready")?.Reason == "RestoreFailed", "shows the refusal, though its Pod runs");
        await space.Agent.TellRestoredAsync(told, Conditions.True, "Restored");
        V1Alpha1ContainerRestore ready = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Ready, "is Ready");
        Assert.Equal([RestoreResult.Restored, RestoreResult.Restored, RestoreResult.StartedFresh], ready.Status.Containers!.Select(container => container.Result));
    }

    [Fact]
    public async Task Checkpoints_that_do_not_go_into_one_Pod_are_refused_for_good()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await CheckpointContainersAsync(space, "app", "proxy");
        await space.ReadyCheckpointAsync("other", "other");
        await space.RestoreContainersAsync("unlike", ("app", "app"), ("main", "other"));
        await space.RestoreContainersAsync("wrong", ("app", "proxy"));
        foreach ((string name, string reason) in new[] { ("unlike", "PodSpecsDiffer"), ("wrong", "InvalidSpec") })
        {
            V1Alpha1ContainerRestore failed = await space.UntilRestoreAsync(name, current => current.Status.Phase == RestorePhase.Failed, "is Failed");
            Assert.Equal(reason, failed.Status.Conditions.Find("Preflight")!.Reason);
            Assert.Null(await space.Pods.GetAsync(space.Key(name), Cancelled));
        }
    }

    [Theory]
    [InlineData(OnContainerRestart.RestoreAgain, RestorePhase.Failed)]
    [InlineData(OnContainerRestart.StartFresh, RestorePhase.Ready)]
    public async Task A_restore_that_is_made_again_is_Failed_when_its_attempts_are_used_up(OnContainerRestart restart, RestorePhase phase)
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.ReadyCheckpointAsync("first", "web");
        await space.RestoreAsync("copy", "first", spec => spec.OnContainerRestart = restart);
        V1Alpha1ContainerRestore restoring = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is Running");
        await space.Kubelet.RunAsync("copy");
        await space.Agent.TellRestoredAsync(restoring, Conditions.True, "Restored");
        V1Alpha1ContainerRestore ready = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Ready, "is Ready");
        if (restart == OnContainerRestart.RestoreAgain)
        {
            V1Alpha1ContainerRestore again = await space.Agent.TellRestoredAsync(ready, Conditions.False, "Restoring");
            await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is restored again");
            await space.Agent.TellRestoredAsync(again, Conditions.False, "AttemptsUsedUp");
        }

        await space.UntilRestoreAsync("copy", current => current.Status.Phase == phase, $"is {phase}");
        // Whoever deletes a Pod that ran restored has no failed restore.
        await space.Kubelet.RemovePodAsync("copy");
        await space.UntilAsync<V1Pod>("copy", pod => pod is null, "is gone");
        Assert.Equal(phase, (await space.Restores.GetAsync(space.Key("copy"), Cancelled))!.Status.Phase);
    }

    [Fact]
    public async Task A_restore_waits_for_its_checkpoint_says_so_and_goes_on()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.RestoreAsync("copy", "later");
        V1Alpha1ContainerRestore waiting = await UntilPreflightFailsAsync(space, "copy", "CheckpointNotFound");
        Assert.Contains($"{space.Name}/later", waiting.Status.Message, StringComparison.Ordinal);
        Assert.Equal("Warning", (await space.UntilEventAsync("copy", "CheckpointNotFound")).Type);

        await space.Kubelet.StartPodAsync("web");
        await space.CheckpointAsync("later", "web");
        await UntilPreflightFailsAsync(space, "copy", "CheckpointNotReady");
        await space.Agent.CompleteAsync(await space.UntilCheckpointAsync("later", current => current.Status.Phase == CheckpointPhase.Running, "is Running"));
        await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "goes on");
    }

    [Fact]
    public async Task A_checkpoint_of_another_namespace_is_not_found_and_no_Pod_is_made()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using TestNamespace other = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await using RunningOperator runningThere = await RunningOperator.StartAsync(other);
        await other.ReadyCheckpointAsync("first", "web");
        await space.RestoreAsync("copy", "first");
        await UntilPreflightFailsAsync(space, "copy", "CheckpointNotFound");
        Assert.Empty((await space.Pods.ListAsync(new ResourceScope(space.Name), Cancelled)).Items);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_waited_for()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.ReadyCheckpointAsync("first", "web");
        await space.RestoreAsync("copy", "first", spec => spec.PodName = "web");
        await UntilPreflightFailsAsync(space, "copy", "PodNameTaken");

        await space.Kubelet.RemovePodAsync("web");
        await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "goes on");
        V1Pod pod = (await space.Pods.GetAsync(space.Key("web"), Cancelled))!;
        Assert.Equal("copy", pod.Metadata.Annotations["restore.checkpoint-operator.io/main"]);
    }

    [Fact]
    public async Task A_node_that_cannot_restore_is_told_before_anything_is_made()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.ReadyCheckpointAsync("first", "web");
        await space.Agent.ReportNodeAsync(status => status.Criu = new NodeCriu { Ok = false });
        await space.RestoreAsync("copy", "first");
        Assert.Contains("CRIU", (await UntilPreflightFailsAsync(space, "copy", "NodeCannotRestore")).Status.Message, StringComparison.Ordinal);
        Assert.Null(await space.Pods.GetAsync(space.Key("copy"), Cancelled));

        await controlPlane.Client<V1Alpha1CheckpointNode>().DeleteAsync(new NamespacedName(null, space.NodeName), null, Cancelled);
        await UntilPreflightFailsAsync(space, "copy", "NodeNotFound");
        await space.Agent.ReportNodeAsync();
        await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "goes on");
    }

    [Fact]
    public async Task A_node_that_is_unlike_the_checkpoints_is_told_before_anything_is_made_and_the_restore_goes_on_once_it_is_not()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.Kubelet.StartPodAsync("web");
        await space.CheckpointAsync("first", "web");
        V1Alpha1ContainerCheckpoint taken = await space.Agent.CompleteAsync(await space.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Running, "is Running"));
        await space.Checkpoints.PatchStatusAsync(
            taken,
            current => (current.Status.Container!.Cgroup, current.Status.Container.Cpu) = ("v2", new NodeCpu { Vendor = "GenuineIntel", Features = ["avx512f", "sse2"] }),
            Cancelled);
        await space.Agent.ReportNodeAsync(status => (status.Cgroup, status.Cpu) = ("v1", new NodeCpu { Vendor = "AuthenticAMD", Features = ["sse2"] }));
        await space.RestoreAsync("copy", "first");

        string message = (await UntilPreflightFailsAsync(space, "copy", "CpuIncompatible")).Status.Message!;
        Assert.Contains("avx512f", message, StringComparison.Ordinal);
        Assert.Contains("cgroup version", message, StringComparison.Ordinal);
        Assert.Equal("Warning", (await space.UntilEventAsync("copy", "CpuIncompatible")).Type);
        Assert.Null(await space.Pods.GetAsync(space.Key("copy"), Cancelled));

        await space.Agent.ReportNodeAsync(status => status.Cgroup = "v2");
        await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "goes on");
    }

    [Fact]
    public async Task A_refusal_of_the_agent_is_shown_and_the_last_one_ends_the_restore()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.ReadyCheckpointAsync("first", "web");
        await space.RestoreAsync("copy", "first");
        V1Alpha1ContainerRestore restoring = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is Running");

        V1Alpha1ContainerRestore told = await space.Agent.TellRestoredAsync(restoring, Conditions.False, "DigestMismatch");
        V1Alpha1ContainerRestore shown = await space.UntilRestoreAsync("copy", current => current.Status.Conditions.Find("Ready")?.Reason == "RestoreFailed", "shows the refusal");
        Assert.Equal(RestorePhase.Running, shown.Status.Phase);
        Assert.Contains("The agent says DigestMismatch.", shown.Status.Message, StringComparison.Ordinal);

        await space.Agent.TellRestoredAsync(told, Conditions.False, "AttemptsUsedUp");
        await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Failed, "is Failed");
    }

    [Fact]
    public async Task A_restore_whose_Pod_is_deleted_fails_and_makes_no_other()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.ReadyCheckpointAsync("first", "web");
        await space.RestoreAsync("copy", "first");
        await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is Running");
        await space.Kubelet.RemovePodAsync("copy");
        V1Alpha1ContainerRestore failed = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Failed, "is Failed");
        Assert.Equal("PodDeleted", failed.Status.Conditions.Find("Ready")!.Reason);
        Assert.Null(await space.Pods.GetAsync(space.Key("copy"), Cancelled));
    }

    [Fact]
    public async Task A_restore_that_a_late_cache_shows_unstarted_makes_no_other_Pod()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using (RunningOperator running = await RunningOperator.StartAsync(space))
            await space.ReadyCheckpointAsync("first", "web");
        var nodes = new EntityStore<V1Alpha1CheckpointNode>(TimeProvider.System);
        nodes.Replace((await controlPlane.Client<V1Alpha1CheckpointNode>().ListAsync(new ResourceScope(), Cancelled)).Items);
        // Its Pod is the operator's to make: where config/admission is in force nobody else may.
        using ApiConnection connection = await AccountConnection.OpenAsync(controlPlane, AccountConnection.Operator);
        using ObjectMetrics metrics = new(
            new ServiceCollection().AddMetrics().BuildServiceProvider().GetRequiredService<IMeterFactory>(),
            new EntityStore<V1Alpha1ContainerCheckpoint>(TimeProvider.System), new EntityStore<V1Alpha1ContainerRestore>(TimeProvider.System), TimeProvider.System);
        var controller = new ContainerRestoreController(
            space.Restores, space.Checkpoints, nodes, TestControlPlane.Client<V1Pod>(connection),
            (_, _, _, _, _) => Task.CompletedTask, metrics, new Ages(TimeProvider.System), TimeProvider.System, Options.Create(new OperatorOptions()));
        await controller.ReconcileAsync(await space.RestoreAsync("copy", "first"), Cancelled);
        V1Alpha1ContainerRestore started = (await space.Restores.GetAsync(space.Key("copy"), Cancelled))!;
        Assert.Equal(RestorePhase.Running, started.Status.Phase);

        // As it was before the write that came with the Pod: what the controller is given when the Pod's news arrive ahead of the restore's.
        started.Status.Phase = RestorePhase.Pending;
        started.Status.PodUID = null;
        await space.Kubelet.RemovePodAsync("copy");
        await controller.ReconcileAsync(started, Cancelled);
        Assert.Null(await space.Pods.GetAsync(space.Key("copy"), Cancelled));
    }

    [Fact]
    public async Task The_Pod_goes_with_its_restore()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.ReadyCheckpointAsync("first", "web");
        await space.RestoreAsync("copy", "first");
        await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is Running");
        await space.Restores.DeleteAsync(space.Key("copy"), null, Cancelled);
        await space.UntilAsync<V1Pod>("copy", pod => pod is null, "is collected");
    }

    [Fact]
    public async Task A_quota_refuses_the_Pod_and_the_restore_goes_on_without_it()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space, "--RecheckPeriod=00:00:01");
        await space.ReadyCheckpointAsync("first", "web");
        await controlPlane.Kubectl.RunAsync("create", "quota", "none", "--hard=pods=0", "-n", space.Name);
        await space.UntilAsync<V1ResourceQuota>("none", quota => quota?.Status?.Hard is { Count: > 0 }, "holds");
        await space.RestoreAsync("copy", "first");
        V1Alpha1ContainerRestore refused = await space.UntilRestoreAsync("copy", current => current.Status.Conditions.Find("Ready")?.Reason == "PodRefused", "is refused");
        Assert.Contains("quota", refused.Status.Message, StringComparison.Ordinal);
        Assert.Equal(RestorePhase.Pending, refused.Status.Phase);

        await controlPlane.Kubectl.RunAsync("delete", "quota", "none", "-n", space.Name);
        await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "goes on");
    }

    [Fact]
    public async Task What_a_restore_may_not_have_is_refused_for_good()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.ReadyCheckpointAsync("first", "web");
        await space.RestoreAsync("host", "first", spec => spec.Template = new RestoreTemplate
        {
            Spec = new RestoreTemplateSpec { Volumes = [new V1Volume { Name = "data", HostPath = new V1HostPathVolumeSource { Path = "/" } }] },
        });
        await space.RestoreAsync("files", "first", spec => spec.Target = RestoreTarget.Files);

        V1Alpha1ContainerRestore host = await space.UntilRestoreAsync("host", current => current.Status.Phase == RestorePhase.Failed, "is Failed");
        Assert.Equal("InvalidSpec", host.Status.Conditions.Find("Preflight")!.Reason);
        V1Alpha1ContainerRestore files = await space.UntilRestoreAsync("files", current => current.Status.Phase == RestorePhase.Failed, "is Failed");
        Assert.Equal("NotSupported", files.Status.Conditions.Find("Preflight")!.Reason);
        Assert.Single((await space.Pods.ListAsync(new ResourceScope(space.Name), Cancelled)).Items);
    }

    // A Pod with these containers and one more, and a checkpoint of each under its own name.
    private static async Task CheckpointContainersAsync(TestNamespace space, params string[] containers)
    {
        await space.Kubelet.StartPodAsync("web", [.. containers, "side"]);
        foreach (string container in containers)
        {
            await space.CheckpointAsync(container, "web", spec => spec.Container = container);
            await space.Agent.CompleteAsync(await space.UntilCheckpointAsync(container, current => current.Status.Phase == CheckpointPhase.Running, "is Running"));
        }
    }

    private static Task<V1Alpha1ContainerRestore> UntilPreflightFailsAsync(TestNamespace space, string name, string reason) => space.UntilRestoreAsync(
        name,
        current => current.Status.Conditions.Find("Preflight") is { Status: Conditions.False } preflight && preflight.Reason == reason,
        $"fails its preflight, reason {reason}");
}
