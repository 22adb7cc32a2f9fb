using System.Runtime.InteropServices;

namespace CheckpointOperator.NodeAgent.Interop;

internal static partial class Libc
{
    internal const int SIGPIPE = 13;
    internal const int SIGKILL = 9;
    internal const nint SIG_DFL = 0;

    [LibraryImport(Libraries.Libc, SetLastError = true)]
    internal static partial nint signal(int signum, nint handler);
}
