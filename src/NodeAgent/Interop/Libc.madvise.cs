using System.Runtime.InteropServices;

namespace CheckpointOperator.NodeAgent.Interop;

internal static partial class Libc
{
    internal const int MADV_DONTNEED = 4;

    [LibraryImport(Libraries.Libc)]
    internal static partial int madvise(nint address, nuint length, int advice);
}
