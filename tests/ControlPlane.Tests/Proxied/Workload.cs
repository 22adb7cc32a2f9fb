namespace CheckpointOperator.ControlPlane.Tests.Proxied;

/// <summary>Pods that are each checkpointed and restored once, by the operator under test and by agent and kubelet as the test plays them.</summary>
public sealed class Workload(TestNamespace space)
{
    /// <summary>How many: three, or what CHECKPOINT_OPERATOR_FAULT_OBJECTS says.</summary>
    public static readonly int Objects = Environment.GetEnvironmentVariable("CHECKPOINT_OPERATOR_FAULT_OBJECTS") is { Length: > 0 } objects
        ? int.Parse(objects, System.Globalization.CultureInfo.InvariantCulture) : 3;

    /// <summary>Lets the Pods run.</summary>
    public Task StartPodsAsync() => EachAsync(index => space.Kubelet.StartPodAsync(Pod(index)));

    /// <summary>Asks for the checkpoints, and does not wait.</summary>
    public Task BeginAsync() => EachAsync(index => space.CheckpointAsync(Checkpoint(index), Pod(index)));

    /// <summary>Goes with each checkpoint to its end, and with a restore of it to its.</summary>
    public Task FinishAsync() => EachAsync(async index =>
    {
        V1Alpha1ContainerCheckpoint running = await space.UntilCheckpointAsync(Checkpoint(index), current => current.Status.Phase == CheckpointPhase.Running, "is Running");
        await space.Agent.CompleteAsync(running);
        await space.RestoreAsync(Restore(index), Checkpoint(index));
        V1Alpha1ContainerRestore restoring = await space.UntilRestoreAsync(Restore(index), current => current.Status.Phase == RestorePhase.Running, "is Running");
        await space.Agent.TellRestoredAsync(restoring, Conditions.True, "Restored");
        await space.Kubelet.RunAsync(Restore(index));
        V1Alpha1ContainerRestore ready = await space.UntilRestoreAsync(Restore(index), current => current.Status.Phase == RestorePhase.Ready, "is Ready");
        V1Pod pod = (await space.Pods.GetAsync(space.Key(Restore(index)), TestContext.Current.CancellationToken))!;
        Assert.Equal(ready.Status.PodUID, pod.Metadata.Uid);
    });

    private static Task EachAsync(Func<int, Task> each) => Task.WhenAll(Enumerable.Range(1, Objects).Select(each));

    private static string Pod(int index) => $"web-{index}";

    private static string Checkpoint(int index) => $"checkpoint-{index}";

    private static string Restore(int index) => $"restored-{index}";
}
