using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Interop;

internal static partial class Libc
{
    internal const uint SYNC_FILE_RANGE_WRITE = 2;

    [LibraryImport(Library, SetLastError = true)]
    internal static partial int sync_file_range(SafeFileHandle file, long offset, long length, uint flags);
}
