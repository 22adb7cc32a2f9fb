using CheckpointOperator.Core.Criu.Protos;

namespace CheckpointOperator.Core.Criu;

/// <summary>Reads mountpoints-N.img.</summary>
internal static class MountTable
{
    // images/mnt.proto, enum fstype; 0 is a file system that CRIU does not know, 16 one whose name stands beside.
    private static readonly string?[] FileSystems =
    [
        null, "proc", "sysfs", "devtmpfs", "binfmt_misc", "tmpfs", "devpts", "simfs", "pstore", "securityfs", "fusectl", "debugfs", "cgroup", "aufs", "mqueue",
        "fuse", null, "overlay", "autofs", "tracefs", "rpc_pipefs", "nfs", "nfs4", "cgroup2",
    ];

    internal static List<CheckpointMount> Read(ArchiveImages images, uint mountNamespace)
    {
        var name = ImageNames.Of(ImageNames.Mounts, mountNamespace);
        return [.. ImageFile.Read(name, images.Require(name), ImageMagic.Mounts, MntEntry.Parser).Select(entry => new CheckpointMount
        {
            Id = entry.MntId,
            ParentId = entry.ParentMntId,
            MountPoint = ImageText.Of(entry.Mountpoint),
            Root = ImageText.Of(entry.Root),
            FileSystem = ImageText.OrNull(entry.Fsname) ?? (entry.Fstype < FileSystems.Length ? FileSystems[entry.Fstype] : null),
            Source = ImageText.Of(entry.Source),
            Options = ImageText.Of(entry.Options),
            Flags = entry.Flags,
            ExternalKey = ImageText.OrNull(entry.ExtKey),
        })];
    }
}
