using System.Runtime.InteropServices;

namespace CheckpointOperator.NodeAgent.Interop;

internal static partial class Libc
{
    [LibraryImport(Libraries.Libc)]
    internal static partial nint write(int descriptor, ReadOnlySpan<byte> bytes, nuint length);
}
