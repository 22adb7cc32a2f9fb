using System.Runtime.InteropServices;

using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.NodeAgent.Interop;

internal static partial class Libc
{
    // The same number on every architecture: it is younger than the unified table (Linux 5.3).
    private const long SYS_pidfd_open = 434;

    // glibc has pidfd_open only from 2.36 on.
    [LibraryImport(Libraries.Libc, EntryPoint = "syscall", SetLastError = true)]
    private static partial long syscall(long number, nint pid, nint flags);

    internal static SafeFileHandle pidfd_open(int pid) => new((nint)syscall(SYS_pidfd_open, pid, 0), ownsHandle: true);
}
