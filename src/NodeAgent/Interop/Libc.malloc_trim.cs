using System.Runtime.InteropServices;

namespace CheckpointOperator.NodeAgent.Interop;

internal static partial class Libc
{
    /// <summary>Gives free memory of the C library's own heaps back to the kernel. 1 where there was some.</summary>
    [LibraryImport(Libraries.Libc)]
    internal static partial int malloc_trim(nuint pad);
}
