using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Interop;

internal static partial class Libc
{
    internal const uint RENAME_NOREPLACE = 1;

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int renameat2(SafeFileHandle oldDirectory, ReadOnlySpan<byte> oldPath, SafeFileHandle newDirectory, ReadOnlySpan<byte> newPath, uint flags);
}
