using System.Runtime.InteropServices;

namespace CheckpointOperator.RestoreRuntime.Interop;

internal static partial class Libc
{
    internal const int SIGKILL = 9;
    internal const int SIGPIPE = 13;
    internal const nint SIG_DFL = 0;

    [LibraryImport(Library)]
    internal static partial nint signal(int number, nint handler);
}
