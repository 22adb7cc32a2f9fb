using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Interop;

internal static partial class Libc
{
    internal const ulong RESOLVE_NO_XDEV = 0x01;
    internal const ulong RESOLVE_NO_MAGICLINKS = 0x02;
    internal const ulong RESOLVE_NO_SYMLINKS = 0x04;
    internal const ulong RESOLVE_BENEATH = 0x08;
    internal const ulong RESOLVE_IN_ROOT = 0x10;

    private const nint SYS_openat2 = 437;

    /// <summary>The C library has no wrapper of openat2 yet.</summary>
    internal static nint openat2(SafeFileHandle directory, ReadOnlySpan<byte> path, in OpenHow how) =>
        syscall_openat2(SYS_openat2, directory, path, in how, (nuint)Marshal.SizeOf<OpenHow>());

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint syscall_openat2(nint number, SafeFileHandle directory, ReadOnlySpan<byte> path, in OpenHow how, nuint size);
}
