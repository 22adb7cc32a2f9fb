using System.Runtime.InteropServices;

namespace CheckpointOperator.Core.Interop;

internal static partial class Libc
{
    internal const int SIGKILL = 9;

    /// <summary>A negative number means that process group.</summary>
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int kill(int pid, int signal);
}
