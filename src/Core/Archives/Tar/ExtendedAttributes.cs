using System.Runtime.InteropServices;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Which extended attributes go through an archive: a list of what may, so that all else does not. Labels (security.selinux) and measurements
/// (security.ima, security.evm) belong to the node, trusted.* to the overlay itself, user.overlay.*, user.fuseoverlayfs.* and
/// user.containers.* to a rootless one: planted, they would change what a later mount shows, or whose a file is.
/// </summary>
internal static class ExtendedAttributes
{
    internal static ReadOnlySpan<byte> Capability => "security.capability"u8;

    private static ReadOnlySpan<byte> AccessAcl => "system.posix_acl_access\0"u8;

    private static ReadOnlySpan<byte> DefaultAcl => "system.posix_acl_default\0"u8;

    internal static bool MayExtract(ReadOnlySpan<byte> name, bool privileges) =>
        name.SequenceEqual(Capability) ? privileges : IsPlain(name);

    internal static bool IsWritten(ReadOnlySpan<byte> name) => name.SequenceEqual(Capability) || IsPlain(name);

    internal static bool IsAcl(ReadOnlySpan<byte> name) => name.SequenceEqual(AccessAcl[..^1]) || name.SequenceEqual(DefaultAcl[..^1]);

    /// <summary>Takes away what a new file or directory got from a default ACL of its folder: the archive says what it has.</summary>
    internal static void RemoveInherited(SafeFileHandle file, bool isDirectory, EntryName name)
    {
        Remove(file, AccessAcl, name);
        if (isDirectory)
            Remove(file, DefaultAcl, name);
    }

    private static bool IsPlain(ReadOnlySpan<byte> name) => IsAcl(name) || (name.StartsWith("user."u8) && !IsOverlay(name));

    private static bool IsOverlay(ReadOnlySpan<byte> name) =>
        name.StartsWith("user.overlay."u8) || name.StartsWith("user.fuseoverlayfs."u8) || name.StartsWith("user.containers."u8);

    private static void Remove(SafeFileHandle file, ReadOnlySpan<byte> terminatedName, EntryName name)
    {
        if (Libc.fremovexattr(file, terminatedName) != 0 && Marshal.GetLastPInvokeError() is not (Errno.ENODATA or Errno.EOPNOTSUPP))
            throw FileSystemException.FromLastError("remove the inherited ACL of", name.ToString());
    }

    /// <summary>Names of an open file's attributes, each with a NUL at its end; none where the file system has none.</summary>
    internal static IReadOnlyList<byte[]> List(SafeFileHandle file, EntryName name)
    {
        Span<byte> list = stackalloc byte[1024];
        var length = Libc.flistxattr(file, list, (nuint)list.Length);
        if (length < 0 && Marshal.GetLastPInvokeError() == Errno.ERANGE)
        {
            // XATTR_LIST_MAX
            list = new byte[64 * 1024];
            length = Libc.flistxattr(file, list, (nuint)list.Length);
        }

        if (length < 0 && Marshal.GetLastPInvokeError() != Errno.EOPNOTSUPP)
            throw FileSystemException.FromLastError("list the attributes of", name.ToString());
        if (length <= 0)
            return [];
        var names = new List<byte[]>();
        for (list = list[..(int)length]; !list.IsEmpty; list = list[names[^1].Length..])
            names.Add(list[..(list.IndexOf((byte)0) + 1)].ToArray());
        return names;
    }

    /// <summary>Names and values of an open file's attributes.</summary>
    internal static List<TarAttribute> Read(SafeFileHandle file, EntryName name)
    {
        var attributes = new List<TarAttribute>();
        foreach (var attribute in List(file, name))
        {
            if (Get(file, attribute, name) is { } value)
                attributes.Add(new TarAttribute(attribute, value));
        }

        return attributes;
    }

    /// <summary>One attribute's value; null when the file has none of that name.</summary>
    internal static byte[]? Get(SafeFileHandle file, ReadOnlySpan<byte> terminatedName, EntryName name)
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
            : throw FileSystemException.FromLastError("read an attribute of", name.ToString());
    }
}
