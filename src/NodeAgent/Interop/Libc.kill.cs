using System.Runtime.InteropServices;

namespace CheckpointOperator.NodeAgent.Interop;

internal static partial class Libc
{
    internal const int SIGKILL = 9;

    [LibraryImport(Libraries.Libc, SetLastError = true)]
    internal static partial int kill(int pid, int sig);
}
