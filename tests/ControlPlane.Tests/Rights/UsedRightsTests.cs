namespace CheckpointOperator.ControlPlane.Tests.Rights;

/// <summary>The operator, with its own token, asks for what its rights say and uses each of them.</summary>
public sealed class UsedRightsTests(TestControlPlane controlPlane)
{
    [Fact]
    public async Task The_operator_uses_every_right_that_it_has_and_asks_for_nothing_else()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        var recorder = new RequestRecorder();
        await controlPlane.Client<V1Lease>().DeleteAsync(new NamespacedName(AccountConnection.SystemNamespace, "checkpoint-operator-leader"), null, TestContext.Current.CancellationToken);
        RunningOperator running = await RunningOperator.StartAsync(
            space, [recorder], "--LeaderElection=true", $"--LeaseNamespace={AccountConnection.SystemNamespace}", "--LeaseDuration=00:02:00");
        await using (running)
        {
            await space.ReadyCheckpointAsync("first", "web");
            await space.RestoreAsync("copy", "first");
            V1Alpha1ContainerRestore restoring = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is Running");
            await space.Agent.TellRestoredAsync(restoring, Conditions.True, RestoreReasons.Restored);
            await space.Kubelet.RunAsync("copy");
            await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Ready, "is Ready");

            await space.Kubelet.StartPodAsync("ending");
            await space.CheckpointAsync("brief", "ending", spec => (spec.Ttl, spec.AfterCheckpoint) = ("1s", AfterCheckpoint.DeletePod));
            await space.Agent.CompleteAsync(await space.UntilCheckpointAsync("brief", current => current.Status.Phase == CheckpointPhase.Running, "is Running"));
            await space.UntilCheckpointAsync("brief", current => current.Metadata.DeletionTimestamp is not null, "is deleted");
            await UntilItLabelsAsync(space, recorder);
            await space.UntilEventAsync("brief", CheckpointReasons.Expired);
            await running.StopAsync();
        }

        HashSet<string> rights = [.. Right.Operator.Concat(Right.OperatorAtHome).Select(right => $"{right.Verb} {right.Resource}")];
        Assert.Empty(recorder.Seen.Except(rights));
        Assert.Empty(Right.Operator.Concat(Right.OperatorAtHome).Where(right => right.IsSeen).Select(right => $"{right.Verb} {right.Resource}").Except(recorder.Seen));
    }

    // Nodes are the cluster's: operators of other tests label this one too, and may come first. Its label is taken away until this operator has put it there.
    private static async Task UntilItLabelsAsync(TestNamespace space, RequestRecorder recorder)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestNamespace.Limit);
        while (true)
        {
            V1Node labelled = await space.UntilAsync<V1Node>(space.NodeName, node => node?.Metadata.Labels?.ContainsKey(ApiGroup.RestoreLabelKey) == true, "is labelled");
            if (recorder.Seen.Contains("patch nodes"))
                return;
            await space.ControlPlane.Client<V1Node>().PatchAsync(labelled, current => current.Metadata.Labels?.Remove(ApiGroup.RestoreLabelKey), limit.Token);
        }
    }
}
