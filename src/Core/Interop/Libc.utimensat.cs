using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Interop;

internal static partial class Libc
{
    internal const long UTIME_OMIT = 0x3ffffffe;

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int utimensat(SafeFileHandle directory, ReadOnlySpan<byte> path, ReadOnlySpan<TimeSpec> times, int flags);
}
