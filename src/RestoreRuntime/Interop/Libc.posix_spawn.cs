using System.Runtime.InteropServices;

namespace CheckpointOperator.RestoreRuntime.Interop;

internal static partial class Libc
{
    /// <summary>Returns the error number itself; errno is not set.</summary>
    [LibraryImport(Library)]
    internal static unsafe partial int posix_spawn(out int pid, byte* path, void* fileActions, void* attributes, byte** argv, byte** envp);
}
