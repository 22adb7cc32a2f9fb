using System.Runtime.InteropServices;

namespace CheckpointOperator.RestoreRuntime.Interop;

internal static partial class Libc
{
    internal const int SIG_SETMASK = 2;

    /// <summary>sizeof(sigset_t): 1024 bits in glibc, on every architecture.</summary>
    internal const int SigsetBytes = 128;

    [LibraryImport(Library, SetLastError = true)]
    internal static unsafe partial int sigprocmask(int how, byte* set, byte* old);
}
