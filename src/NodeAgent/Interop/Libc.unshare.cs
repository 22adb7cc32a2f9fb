using System.Runtime.InteropServices;

namespace CheckpointOperator.NodeAgent.Interop;

internal static partial class Libc
{
    [LibraryImport(Libraries.Libc, SetLastError = true)]
    internal static partial int unshare(int flags);
}
