namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>What the agent of the test's node would write, with the rights of its account and a token of its node.</summary>
public sealed class AgentPart(TestNamespace space)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Tells what the node can do.</summary>
    public async Task ReportNodeAsync(Action<CheckpointNodeStatus>? set = null)
    {
        var key = new NamespacedName(null, space.NodeName);
        ResourceClient<V1Alpha1CheckpointNode> nodes = await space.AgentClientAsync<V1Alpha1CheckpointNode>();
        V1Alpha1CheckpointNode node = await nodes.GetAsync(key, Cancelled)
            ?? await nodes.CreateAsync(new V1Alpha1CheckpointNode { Metadata = new V1ObjectMeta { Name = space.NodeName } }, Cancelled);
        await nodes.PatchStatusAsync(
            node,
            current =>
            {
                current.Status = Capable();
                set?.Invoke(current.Status);
            },
            Cancelled);
    }

    /// <summary>Ends a checkpoint well.</summary>
    public async Task<V1Alpha1ContainerCheckpoint> CompleteAsync(V1Alpha1ContainerCheckpoint checkpoint, ArchiveStatus? archive = null) => await (await space.AgentClientAsync<V1Alpha1ContainerCheckpoint>()).PatchStatusAsync(
        checkpoint,
        current =>
        {
            ContainerCheckpointStatus status = current.Status;
            status.Phase = CheckpointPhase.Ready;
            status.CompletionTime = DateTime.UtcNow;
            status.Engine = CheckpointEngine.Runtime;
            status.Archive = archive ?? new ArchiveStatus { Path = "/archive.tar", SizeBytes = 1, Digest = $"sha256:{new string('b', 64)}", Compression = "none" };
            status.Container!.Runtime = "runc";
            status.FrozenMilliseconds = 12;
            foreach (string type in new[] { ConditionTypes.Checkpointed, ConditionTypes.ArchiveVerified, ConditionTypes.Ready })
                status.Conditions = status.Conditions.With(type, Conditions.True, type, "done", current.Metadata.Generation, DateTimeOffset.UtcNow);
        },
        Cancelled);

    /// <summary>Tells what became of a restore, of all its containers alike.</summary>
    public async Task<V1Alpha1ContainerRestore> TellRestoredAsync(V1Alpha1ContainerRestore restore, string status, string reason) => await (await space.AgentClientAsync<V1Alpha1ContainerRestore>()).PatchStatusAsync(
        restore,
        current =>
        {
            current.Status.Attempts = 1;
            if (status == Conditions.True)
                current.Status.Restored = new RestoredProcess { Pid = 7, FilesWritten = 1, BytesWritten = 4096, RestoreMilliseconds = 34 };
            foreach (RestoreContainerStatus container in current.Status.Containers!.Where(container => container.Checkpoint is not null))
                container.Result = status == Conditions.True ? RestoreResult.Restored : reason == "AttemptsUsedUp" ? RestoreResult.Failed : RestoreResult.Pending;
            current.Status.Conditions = current.Status.Conditions.With("Restored", status, reason, $"The agent says {reason}.", current.Metadata.Generation, DateTimeOffset.UtcNow);
        },
        Cancelled);

    /// <summary>Removes the archive of a checkpoint that is deleted, and its finalizer.</summary>
    public async Task RemoveArchiveAsync(V1Alpha1ContainerCheckpoint checkpoint)
    {
        try
        {
            await (await space.AgentClientAsync<V1Alpha1ContainerCheckpoint>()).PatchAsync(checkpoint, current => current.Metadata.Finalizers?.Remove(ApiGroup.ArchiveFinalizer), CancellationToken.None);
        }
        catch (ApiServerException gone) when (gone.IsNotFound)
        {
            // Removed by the operator meanwhile.
        }
    }

    private static CheckpointNodeStatus Capable() => new()
    {
        Criu = new NodeCriu { Version = "4.1", Ok = true },
        Runtimes = [new NodeRuntime { Name = "runc", Path = "/usr/sbin/runc", Version = "1.1.15", Checkpoint = true, PodRestore = true }],
        RestoreRuntime = new NodeRestoreRuntime { Installed = true, Handler = ApiGroup.RestoreHandler },
        Kubelet = new NodeKubelet { Version = "v1.20.2", CheckpointApi = false },
        Conditions = Conditions.With(null, "CanCheckpoint", Conditions.True, "Ready", "yes", 1, DateTimeOffset.UtcNow)
            .With("CanRestore", Conditions.True, "Ready", "yes", 1, DateTimeOffset.UtcNow),
        HeartbeatTime = DateTime.UtcNow,
    };
}
