using System.Runtime.InteropServices;

namespace CheckpointOperator.RestoreRuntime.Interop;

internal static partial class Libc
{
    internal const int MNT_DETACH = 2;
    internal const int UMOUNT_NOFOLLOW = 8;

    [LibraryImport(Library, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int umount2(string target, int flags);
}
