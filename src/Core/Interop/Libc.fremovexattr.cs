using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Interop;

internal static partial class Libc
{
    [LibraryImport(Library, SetLastError = true)]
    internal static partial int fremovexattr(SafeFileHandle file, ReadOnlySpan<byte> name);
}
