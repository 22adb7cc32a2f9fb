using System.Reflection;

namespace CheckpointOperator.ControlPlane.Tests.Objects;

/// <summary>What a user is told while things happen: Events, conditions, kubectl wait.</summary>
public sealed class ToldTests(TestControlPlane controlPlane)
{
    private static readonly Dictionary<string, Type> Reasons = new()
    {
        [V1Alpha1ContainerCheckpoint.KindName] = typeof(CheckpointReasons),
        [V1Alpha1ContainerRestore.KindName] = typeof(RestoreReasons),
    };

    [Fact]
    public async Task Kubectl_waits_for_both_kinds_until_they_are_Ready()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.Kubelet.StartPodAsync("web");
        await space.CheckpointAsync("first", "web");
        Task<string> checkpoint = WaitAsync(space, "containercheckpoint/first");
        await space.Agent.CompleteAsync(await space.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Running, "is Running"));
        Assert.Contains("condition met", await checkpoint, StringComparison.Ordinal);

        await space.RestoreAsync("copy", "first");
        Task<string> restore = WaitAsync(space, "containerrestore/copy");
        V1Alpha1ContainerRestore restoring = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is Running");
        Assert.False(restore.IsCompleted);
        await space.Agent.TellRestoredAsync(restoring, Conditions.True, RestoreReasons.Restored);
        await space.Kubelet.RunAsync("copy");
        Assert.Contains("condition met", await restore, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_step_of_both_flows_is_an_Event_and_every_reason_is_documented()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);

        // A checkpoint that waits, is taken, and is deleted in time with its Pod.
        await space.CheckpointAsync("first", "web", spec => (spec.AfterCheckpoint, spec.Ttl) = (AfterCheckpoint.DeletePod, "5s"));
        await space.UntilEventAsync("first", CheckpointReasons.PodNotFound);
        await space.Kubelet.StartPodAsync("web");
        await space.UntilEventAsync("first", CheckpointReasons.Assigned);
        await space.Agent.CompleteAsync(await space.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Running, "is Running"));
        await space.UntilEventAsync("first", CheckpointReasons.PodDeleted);
        await space.UntilEventAsync("first", CheckpointReasons.Expired);

        // A restore that waits, has its Pod, is Ready.
        await space.RestoreAsync("copy", "second");
        await space.UntilEventAsync("copy", RestoreReasons.CheckpointNotFound);
        await space.Kubelet.StartPodAsync("other");
        await space.CheckpointAsync("second", "other");
        await space.Agent.CompleteAsync(await space.UntilCheckpointAsync("second", current => current.Status.Phase == CheckpointPhase.Running, "is Running"));
        await space.UntilEventAsync("copy", RestoreReasons.PodCreated);
        V1Alpha1ContainerRestore restoring = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is Running");
        await space.Agent.TellRestoredAsync(restoring, Conditions.True, RestoreReasons.Restored);
        await space.Kubelet.RunAsync("copy");
        await space.UntilEventAsync("copy", RestoreReasons.Restored);

        // One whose Pod is refused, and one whose Pod is deleted.
        await space.RestoreAsync("lost", "second");
        V1Alpha1ContainerRestore losing = await space.UntilRestoreAsync("lost", current => current.Status.Phase == RestorePhase.Running, "is Running");
        await space.Agent.TellRestoredAsync(losing, Conditions.False, RestoreReasons.DigestMismatch);
        await space.UntilEventAsync("lost", RestoreReasons.RestoreFailed);
        await space.Kubelet.RemovePodAsync("lost");
        await space.UntilEventAsync("lost", RestoreReasons.PodDeleted);

        await AssertDocumentedAsync(space);
    }

    // What was told in the namespace has constants that say so, Events and conditions alike.
    private async Task AssertDocumentedAsync(TestNamespace space)
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        Corev1Event[] events = [.. (await controlPlane.Client<Corev1Event>().ListAsync(new ResourceScope(space.Name), cancelled)).Items.Where(told => Reasons.ContainsKey(told.InvolvedObject.Kind))];
        Assert.True(events.Length >= 9, $"only {events.Length} Events were found");
        Assert.All(events, told =>
        {
            Assert.True(Constant(told.InvolvedObject.Kind, told.Reason).IsEvent, $"{told.Reason} is not documented as an Event");
            Assert.Contains(told.Type, new[] { "Normal", "Warning" });
            Assert.NotEmpty(told.Message);
        });
        AssertConditions((await space.Checkpoints.ListAsync(new ResourceScope(space.Name), cancelled)).Items, checkpoint => checkpoint.Status.Conditions);
        AssertConditions((await space.Restores.ListAsync(new ResourceScope(space.Name), cancelled)).Items, restore => restore.Status.Conditions);
    }

    private static void AssertConditions<T>(IEnumerable<T> objects, Func<T, IList<V1Condition>?> conditions)
        where T : k8s.IKubernetesObject<V1ObjectMeta> => Assert.All(objects.SelectMany(entity => conditions(entity)!.Select(condition => (entity.Kind, condition))), told =>
            Assert.Contains(told.condition.Type, Constant(told.Kind, told.condition.Reason).Conditions));

    private static ReasonAttribute Constant(string kind, string reason)
    {
        FieldInfo? field = Reasons[kind].GetField(reason);
        Assert.True(field is not null, $"{Reasons[kind].Name} has no {reason}");
        return field.GetCustomAttribute<ReasonAttribute>()!;
    }

    private Task<string> WaitAsync(TestNamespace space, string name) =>
        controlPlane.Kubectl.RunAsync("wait", "--for=condition=Ready", name, "-n", space.Name, $"--timeout={TestNamespace.Limit.TotalSeconds}s");
}
