using System.Runtime.InteropServices;

namespace CheckpointOperator.RestoreRuntime.Interop;

internal static partial class Libc
{
    internal const int PR_SET_PDEATHSIG = 1;
    internal const int SIGKILL = 9;

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int prctl(int option, nuint argument);
}
