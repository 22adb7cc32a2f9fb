using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Core.FileSystem;

/// <summary>What stat tells about an entry.</summary>
/// <param name="Type">What it is.</param>
/// <param name="Mode">Permission bits with setuid, setgid and sticky.</param>
/// <param name="UserId">Owner.</param>
/// <param name="GroupId">Group.</param>
/// <param name="Size">Bytes; a link's is its target's length.</param>
/// <param name="Modified">When the content was changed last.</param>
/// <param name="Changed">When the content or the status was changed last; the kernel keeps it.</param>
/// <param name="Inode">Number within its file system.</param>
/// <param name="Device">The file system: major number in the upper half.</param>
/// <param name="LinkCount">Names that the file has.</param>
/// <param name="DeviceMajor">A device's major number.</param>
/// <param name="DeviceMinor">A device's minor number.</param>
/// <param name="AllocatedBytes">Bytes that the file system keeps for it: fewer than <paramref name="Size"/> where it has holes, none where it fits the inode.</param>
public readonly record struct FileStatus(
    FileType Type,
    UnixFileMode Mode,
    uint UserId,
    uint GroupId,
    long Size,
    UnixTime Modified,
    UnixTime Changed,
    ulong Inode,
    ulong Device,
    uint LinkCount,
    uint DeviceMajor,
    uint DeviceMinor,
    long AllocatedBytes)
{
    // What statx counts blocks in, whatever the file system's own are.
    private const int BlockSize = 512;

    internal static FileStatus From(in Statx status) => new(
        TypeOf(status.Mode),
        (UnixFileMode)(status.Mode & 0xFFF),
        status.UserId,
        status.GroupId,
        (long)status.Size,
        new UnixTime(status.ModificationTime.Seconds, (int)status.ModificationTime.Nanoseconds),
        new UnixTime(status.ChangeTime.Seconds, (int)status.ChangeTime.Nanoseconds),
        status.Inode,
        ((ulong)status.DeviceMajor << 32) | status.DeviceMinor,
        status.LinkCount,
        status.DeviceTypeMajor,
        status.DeviceTypeMinor,
        (long)status.Blocks * BlockSize);

    private static FileType TypeOf(uint mode) => (mode & Libc.S_IFMT) switch
    {
        Libc.S_IFREG => FileType.Regular,
        Libc.S_IFDIR => FileType.Directory,
        Libc.S_IFLNK => FileType.SymbolicLink,
        Libc.S_IFCHR => FileType.CharacterDevice,
        Libc.S_IFBLK => FileType.BlockDevice,
        Libc.S_IFIFO => FileType.Fifo,
        Libc.S_IFSOCK => FileType.Socket,
        _ => FileType.Unknown,
    };
}
