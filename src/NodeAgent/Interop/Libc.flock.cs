using System.Runtime.InteropServices;

namespace CheckpointOperator.NodeAgent.Interop;

internal static partial class Libc
{
    internal const int LOCK_EX = 2;
    internal const int LOCK_NB = 4;

    [LibraryImport(Libraries.Libc, SetLastError = true)]
    internal static partial int flock(SafeHandle fd, int operation);
}
