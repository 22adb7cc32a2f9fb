using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Sets owner, mode and attributes, in this order: a change of owner clears setuid bits and file capabilities, and no file is setuid before
/// it is its owner's.
/// </summary>
internal static class EntryMetadata
{
    /// <summary>A directory that is open to root alone while it is filled.</summary>
    internal const uint PrivateMode = 0x1C0;

    private const uint SetIdBits = 0xC00;

    internal static void SetFile(SafeFileHandle file, TarEntry entry, ExtractionPolicy policy, EntryName name) =>
        SetFile(file, new FileMetadata(entry, policy), policy, name);

    internal static void SetFile(SafeFileHandle file, in FileMetadata metadata, ExtractionPolicy policy, EntryName name)
    {
        SetOwner(file, metadata.UserId, metadata.GroupId, policy, name);
        if (policy.KeepOwners)
            ExtendedAttributes.RemoveInherited(file, isDirectory: false, name);
        SetMode(file, metadata.Mode, name);
        SetAttributes(file, metadata.Attributes, policy, name);
        SetTime(file, metadata.Modified, name);
    }

    /// <summary>What a directory is given before it is filled; the rest is <see cref="SetDirectory"/>'s.</summary>
    internal static void BeginDirectory(SafeFileHandle directory, TarEntry entry, bool isNew, ExtractionPolicy policy, EntryName name)
    {
        if (isNew && policy.KeepOwners)
            ExtendedAttributes.RemoveInherited(directory, isDirectory: true, name);
        SetAttributes(directory, entry.Attributes, policy, name);
        // An ACL changes the mode, and a setgid folder hands its bit on.
        if (isNew)
            SetMode(directory, PrivateMode, name);
    }

    internal static void SetDirectory(
        SafeFileHandle directory, uint userId, uint groupId, uint mode, UnixTime modified, ExtractionPolicy policy, EntryName name)
    {
        SetOwner(directory, userId, groupId, policy, name);
        SetMode(directory, mode, name);
        SetTime(directory, modified, name);
    }

    /// <summary>For a directory that no entry describes.</summary>
    internal static void SetUndescribed(SafeFileHandle directory, ExtractionPolicy policy, uint mode, EntryName name)
    {
        if (policy.KeepOwners)
            ExtendedAttributes.RemoveInherited(directory, isDirectory: true, name);
        if (policy.Ids is { } ids && IdMap.ToHost(ids.Users, 0) is { } user && IdMap.ToHost(ids.Groups, 0) is { } group)
            SetOwner(directory, user, group, policy, name);
        SetMode(directory, mode & policy.ModeMask, name);
    }

    /// <summary>For what cannot be opened without an effect (links, FIFOs, devices): by a name that is not followed.</summary>
    internal static void SetByName(SafeFileHandle parent, TarEntry entry, ExtractionPolicy policy, EntryName name)
    {
        var path = entry.Path.TerminatedName;
        if (policy.KeepOwners && Libc.fchownat(parent, path, entry.UserId, entry.GroupId, Libc.AT_SYMLINK_NOFOLLOW) != 0)
            throw FileSystemException.FromLastError("set the owner of", name.ToString());
        // A link has no mode of its own.
        if (entry.Type != TarEntryType.SymbolicLink && Libc.fchmodat(parent, path, Mode(entry, policy), Libc.AT_SYMLINK_NOFOLLOW) != 0)
            throw FileSystemException.FromLastError("set the mode of", name.ToString());
        if (Libc.utimensat(parent, path, Times(entry.Modified), Libc.AT_SYMLINK_NOFOLLOW) != 0)
            throw FileSystemException.FromLastError("set the time of", name.ToString());
    }

    // A directory's setgid bit gives no rights: it is how volumes hand their group on.
    internal static uint Mode(TarEntry entry, ExtractionPolicy policy)
    {
        var mode = entry.Mode & policy.ModeMask;
        return policy.KeepPrivileges || entry.Type == TarEntryType.Directory ? mode : mode & ~SetIdBits;
    }

    private static void SetOwner(SafeFileHandle file, uint userId, uint groupId, ExtractionPolicy policy, EntryName name)
    {
        if (policy.KeepOwners && Libc.fchown(file, userId, groupId) != 0)
            throw FileSystemException.FromLastError("set the owner of", name.ToString());
    }

    private static void SetMode(SafeFileHandle file, uint mode, EntryName name)
    {
        if (Libc.fchmod(file, mode) != 0)
            throw FileSystemException.FromLastError("set the mode of", name.ToString());
    }

    private static void SetAttributes(SafeFileHandle file, IReadOnlyList<TarAttribute> attributes, ExtractionPolicy policy, EntryName name)
    {
        if (!policy.KeepOwners)
            return;
        foreach (var attribute in attributes)
        {
            if (ExtendedAttributes.MayExtract(attribute.NameBytes, policy.KeepPrivileges)
                && Libc.fsetxattr(file, attribute.Name, attribute.Value, (nuint)attribute.Value.Length, 0) != 0)
            {
                throw FileSystemException.FromLastError($"set the attribute {DisplayText.Of(attribute.NameBytes)} of", name.ToString());
            }
        }
    }

    private static void SetTime(SafeFileHandle file, UnixTime modified, EntryName name)
    {
        if (Libc.futimens(file, Times(modified)) != 0)
            throw FileSystemException.FromLastError("set the time of", name.ToString());
    }

    private static TimeSpec[] Times(UnixTime modified)
    {
        var time = new TimeSpec { Seconds = modified.Seconds, Nanoseconds = modified.Nanoseconds };
        return [time, time];
    }
}
