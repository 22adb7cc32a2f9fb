using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;

namespace CheckpointOperator.NodeAgent.Store;

/// <summary>What it means to a user that a file system took no more writes.</summary>
/// <param name="Reason">DiskFull or StoreReadOnly.</param>
/// <param name="Advice">What to do.</param>
internal sealed record StorageFault(string Reason, string Advice)
{
    private const int ENOSPC = 28;
    private const int EROFS = 30;
    private const int EDQUOT = 122;

    /// <summary>No space, or no quota, is left.</summary>
    public static StorageFault Full { get; } = new(CheckpointReasons.DiskFull, "make room on the node where the agent keeps archives, by deleting ContainerCheckpoints that are not needed for one");

    /// <summary>The file system takes no writes at all.</summary>
    public static StorageFault ReadOnly { get; } = new(CheckpointReasons.StoreReadOnly, "mount the file system of the agent's store for writing; the kernel's log tells whether it was an error that made it read-only");

    /// <summary>Reads it from a failure; null where that is another one.</summary>
    /// <param name="failure">What was thrown.</param>
    public static StorageFault? Of(Exception failure) => failure switch
    {
        FileSystemException system => Of(system.Error),
        // .NET keeps the error number there.
        IOException other => Of(other.HResult & 0xffff),
        _ => null,
    };

    /// <summary>Reads it from what CRIU or a runtime wrote; null where that is something else.</summary>
    /// <param name="said">Its words.</param>
    public static StorageFault? Of(string said)
    {
        ArgumentNullException.ThrowIfNull(said);
        return said.Contains("No space left on device", StringComparison.OrdinalIgnoreCase) || said.Contains("Disk quota exceeded", StringComparison.OrdinalIgnoreCase) ? Full
            : said.Contains("Read-only file system", StringComparison.OrdinalIgnoreCase) ? ReadOnly
            : null;
    }

    private static StorageFault? Of(int error) => error switch
    {
        ENOSPC or EDQUOT => Full,
        EROFS => ReadOnly,
        _ => null,
    };
}
