using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Extensions.Logging;

namespace CheckpointOperator.NodeAgent.Controllers;

/// <summary>Looks now and then, and when the agent starts, whether the archives of Ready checkpoints are in the store: it may have been moved, or set to another folder.</summary>
/// <param name="store">Holds archives.</param>
/// <param name="checkpoints">Writes status.</param>
/// <param name="publish">Writes Events.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells what changed.</param>
internal sealed partial class KeptArchives(
    ArchiveStore store, ResourceClient<V1Alpha1ContainerCheckpoint> checkpoints, EventPublisher publish, TimeProvider time, ILogger<KeptArchives> logger)
{
    /// <summary>Looks for one, and tells where it is, or that it is missing, where that changed.</summary>
    /// <param name="checkpoint">A Ready checkpoint of this node.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task<V1Alpha1ContainerCheckpoint> LookAsync(V1Alpha1ContainerCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        string path = store.PathOf(checkpoint.Metadata.Uid);
        bool wasThere = checkpoint.Status.Conditions.Find(CheckpointStatus.ArchiveVerified)?.Status == Conditions.True;
        bool isThere = store.Contains(checkpoint.Metadata.Uid);
        if (isThere == wasThere && (!isThere || checkpoint.Status.Archive?.Path == path))
            return checkpoint;

        NamespacedName name = NamespacedName.Of(checkpoint);
        if (isThere)
        {
            Log.Found(logger, name, path);
            return await checkpoints.PatchStatusAsync(checkpoint, changed => CheckpointStatus.SetFound(changed, path, time.GetUtcNow()), cancellationToken);
        }
        string message = $"the archive is not at {path}, where the agent's setting Store says that it is: put the file there, set Store to its folder, or take a new checkpoint";
        Log.Missing(logger, name, message);
        checkpoint = await checkpoints.PatchStatusAsync(checkpoint, changed => CheckpointStatus.SetMissing(changed, message, time.GetUtcNow()), cancellationToken);
        await publish(checkpoint, CheckpointReasons.ArchiveMissing, message, EventType.Warning, cancellationToken);
        return checkpoint;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The archive of checkpoint {Checkpoint} is at {Path}.")]
        public static partial void Found(ILogger logger, NamespacedName checkpoint, string path);

        [LoggerMessage(2, LogLevel.Warning, "Checkpoint {Checkpoint}: {Message}")]
        public static partial void Missing(ILogger logger, NamespacedName checkpoint, string message);
    }
}
