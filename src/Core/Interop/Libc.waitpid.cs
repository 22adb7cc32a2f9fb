using System.Runtime.InteropServices;

namespace CheckpointOperator.Core.Interop;

internal static partial class Libc
{
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int waitpid(int pid, out int status, int options);

    /// <summary>The exit code that a status tells; 128 and the signal where one ended the process, as shells have it (WIFEXITED and its like).</summary>
    internal static int ExitCodeOf(int status) => (status & 0x7F) is var signal and > 0 ? 128 + signal : (status >> 8) & 0xFF;
}
