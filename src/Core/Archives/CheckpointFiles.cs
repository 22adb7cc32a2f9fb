using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives;

/// <summary>The names in a checkpoint (checkpointctl's lib/metadata.go), and how its files are opened once it is unpacked.</summary>
internal static class CheckpointFiles
{
    internal const string ConfigDump = "config.dump";
    internal const string SpecDump = "spec.dump";
    internal const string RootFsDiff = "rootfs-diff.tar";
    internal const string StatusDump = "status.dump";
    internal const string DeletedFiles = "deleted.files";

    /// <summary>Names that every reader takes for a regular file.</summary>
    internal static readonly HashSet<string> RegularFiles =
    [
        ConfigDump, SpecDump, RootFsDiff, DeletedFiles, "status", StatusDump, "network.status", "devshm-checkpoint.tar", "dump.log", "restore.log",
        "stats-dump", "stats-restore", "container.log", "ctr.log", "bind.mounts", "io.kubernetes.cri-o.LogPath", "pod.options", "pod.dump",
        "checkpoint-operator.json",
    ];

    /// <summary>Names that every reader takes for a directory.</summary>
    internal static readonly HashSet<string> Directories = ["checkpoint", "pre-checkpoint", "volumes"];

    /// <summary>Opens a file of an unpacked checkpoint; null when it is not there. Anything but a regular file is refused, a link first of all.</summary>
    internal static SafeFileHandle? TryOpen(RootDirectory checkpoint, string name)
    {
        var path = RelativePath.Parse(name);
        var status = checkpoint.Stat(path);
        if (status is null)
            return null;
        if (status.Value.Type == FileType.Regular)
        {
            try
            {
                return checkpoint.OpenFileNoFollow(path);
            }
            catch (FileSystemException e) when (e.Error == Errno.ELOOP)
            {
                throw new ArchiveRefusedException(ArchiveRefusal.UnexpectedType, name, -1, "it became a link while it was opened", e);
            }
        }

        throw new ArchiveRefusedException(ArchiveRefusal.UnexpectedType, name, -1, $"it has to be a regular file and is {status.Value.Type}");
    }
}
