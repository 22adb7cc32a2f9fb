using System.Runtime.InteropServices;

namespace CheckpointOperator.RestoreRuntime.Interop;

internal static partial class Libc
{
    [LibraryImport(Library)]
    internal static partial int getppid();
}
