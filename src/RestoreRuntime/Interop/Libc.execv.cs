using System.Runtime.InteropServices;

namespace CheckpointOperator.RestoreRuntime.Interop;

internal static partial class Libc
{
    [LibraryImport(Library, SetLastError = true)]
    internal static unsafe partial int execv(byte* path, byte** argv);
}
