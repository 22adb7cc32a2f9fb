using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Store;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>A checkpoint was not taken. The container goes on as before.</summary>
/// <param name="reason">A CamelCase word for the condition.</param>
/// <param name="message">Names what failed and what to do.</param>
/// <param name="innerException">The fault underneath.</param>
public sealed class CheckpointFailedException(string reason, string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The dump failed.</summary>
    public const string CheckpointFailed = CheckpointReasons.CheckpointFailed;

    /// <summary>CRIU is not on the node.</summary>
    public const string CriuMissing = CheckpointReasons.CriuMissing;

    /// <summary>The container does not run.</summary>
    public const string ContainerNotRunning = CheckpointReasons.ContainerNotRunning;

    /// <summary>It took longer than it may.</summary>
    public const string TimedOut = CheckpointReasons.TimedOut;

    /// <summary>The engine that was asked for cannot work with this container on this node.</summary>
    public const string EngineUnavailable = CheckpointReasons.EngineUnavailable;

    /// <summary>A CamelCase word for the condition.</summary>
    public string Reason => reason;

    /// <summary>What a failure underneath means: that the disk is full or takes no writes, or just that the checkpoint failed.</summary>
    /// <param name="failure">The fault underneath.</param>
    public static CheckpointFailedException Of(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return StorageFault.Of(failure) is { } storage
            ? new CheckpointFailedException(storage.Reason, $"{failure.Message}: {storage.Advice}", failure)
            : new CheckpointFailedException(CheckpointFailed, failure.Message, failure);
    }
}
