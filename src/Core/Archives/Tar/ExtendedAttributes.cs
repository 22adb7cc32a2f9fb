using System.Runtime.InteropServices;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Which extended attributes go through an archive. Labels (security.selinux) belong to the node, trusted.* to the overlay itself, user.overlay.*
/// to a rootless one: planted, they would change what a later mount shows.
/// </summary>
internal static class ExtendedAttributes
{
    private static ReadOnlySpan<byte> Capability => "security.capability"u8;

    internal static bool MayExtract(ReadOnlySpan<byte> name, bool privileges) =>
        name.SequenceEqual(Capability) ? privileges : IsPlain(name);

    internal static bool IsWritten(ReadOnlySpan<byte> name) => name.SequenceEqual(Capability) || IsPlain(name);

    private static bool IsPlain(ReadOnlySpan<byte> name) =>
        (name.StartsWith("user."u8) && !name.StartsWith("user.overlay."u8))
        || name.SequenceEqual("system.posix_acl_access"u8) || name.SequenceEqual("system.posix_acl_default"u8);

    /// <summary>Names and values of an open file's attributes; none where the file system has none.</summary>
    internal static List<TarAttribute> Read(SafeFileHandle file, string display)
    {
        var attributes = new List<TarAttribute>();
        Span<byte> list = stackalloc byte[1024];
        var length = Libc.flistxattr(file, list, (nuint)list.Length);
        if (length < 0 && Marshal.GetLastPInvokeError() == Errno.ERANGE)
        {
            // XATTR_LIST_MAX
            list = new byte[64 * 1024];
            length = Libc.flistxattr(file, list, (nuint)list.Length);
        }

        if (length < 0)
            return Marshal.GetLastPInvokeError() == Errno.EOPNOTSUPP ? attributes : throw FileSystemException.FromLastError("list the attributes of", display);
        for (list = list[..(int)length]; !list.IsEmpty;)
        {
            var end = list.IndexOf((byte)0) + 1;
            var name = list[..end].ToArray();
            list = list[end..];
            if (Get(file, name, display) is { } value)
                attributes.Add(new TarAttribute(name, value));
        }

        return attributes;
    }

    /// <summary>One attribute's value; null when the file has none of that name.</summary>
    internal static byte[]? Get(SafeFileHandle file, ReadOnlySpan<byte> terminatedName, string display)
    {
        Span<byte> value = stackalloc byte[256];
        var length = Libc.fgetxattr(file, terminatedName, value, (nuint)value.Length);
        if (length < 0 && Marshal.GetLastPInvokeError() == Errno.ERANGE)
        {
            // XATTR_SIZE_MAX
            value = new byte[64 * 1024];
            length = Libc.fgetxattr(file, terminatedName, value, (nuint)value.Length);
        }

        if (length >= 0)
            return value[..(int)length].ToArray();
        return Marshal.GetLastPInvokeError() is Errno.ENODATA or Errno.EOPNOTSUPP
            ? null
            : throw FileSystemException.FromLastError("read an attribute of", display);
    }
}
