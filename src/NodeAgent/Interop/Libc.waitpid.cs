using System.Runtime.InteropServices;

namespace CheckpointOperator.NodeAgent.Interop;

internal static partial class Libc
{
    internal const int WNOHANG = 1;
    internal const int __WALL = 0x40000000;

    [LibraryImport(Libraries.Libc, SetLastError = true)]
    internal static partial int waitpid(int pid, out int status, int options);
}
