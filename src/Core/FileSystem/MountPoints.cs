using System.Globalization;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.FileSystem;

/// <summary>Where the kernel has mounted something, by its table (proc_pid_mountinfo(5)).</summary>
internal static class MountPoints
{
    // Of the thread's own namespace, in which it removes.
    private const string Table = "/proc/thread-self/mountinfo";

    /// <summary>
    /// Whether something may be mounted anywhere below a directory. A no is sure: the directory's own mount is one of this namespace, and
    /// none is mounted on that; should one be mounted in the next moment, the kernel refuses to remove its place (EBUSY). In another namespace's
    /// mounts, such as the node's seen from a container, the kernel would not refuse, and the answer is yes.
    /// </summary>
    internal static bool MayBeBelow(SafeFileHandle directory)
    {
        if (Libc.statx(directory, "\0"u8, Libc.AT_EMPTY_PATH, Libc.STATX_MNT_ID, out var status) != 0 || (status.Mask & Libc.STATX_MNT_ID) == 0
            || !File.Exists(Table))
            return true;
        var isHere = false;
        foreach (var line in File.ReadLines(Table))
        {
            // 36 35 98:0 /mnt1 /mnt2 rw,noatime …: its number, and that of the mount that it lies on.
            var (id, parent) = (Number(line, 0), Number(line, 1));
            if (parent == status.MountId)
                return true;
            isHere |= id == status.MountId;
        }

        return !isHere;
    }

    private static ulong? Number(string line, int field) =>
        ulong.TryParse(line.Split(' ', 3).ElementAtOrDefault(field), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
