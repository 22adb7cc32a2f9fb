using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Interop;

internal static partial class Libc
{
    internal const uint STATX_TYPE = 0x1;
    internal const uint STATX_BASIC_STATS = 0x7ff;
    internal const uint STATX_MNT_ID = 0x1000;
    internal const ulong STATX_ATTR_MOUNT_ROOT = 0x2000;

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int statx(SafeFileHandle directory, ReadOnlySpan<byte> path, int flags, uint mask, out Statx status);
}
