using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.RestoreRuntime.Interop;

internal static partial class Libc
{
    internal const int SO_SNDTIMEO = 21;

    /// <summary>struct timeval of a 64-bit machine.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct TimeValue
    {
        public long Seconds;
        public long Microseconds;
    }

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int setsockopt(SafeFileHandle socket, int level, int name, in TimeValue value, uint length);
}
