using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Interop;

internal static partial class Libc
{
    [LibraryImport(Library, SetLastError = true)]
    internal static partial nint readlinkat(SafeFileHandle directory, ReadOnlySpan<byte> path, Span<byte> buffer, nuint size);
}
