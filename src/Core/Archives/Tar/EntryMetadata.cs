using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Sets owner, mode and attributes, in this order: a change of owner clears setuid bits and file capabilities.
/// </summary>
internal static class EntryMetadata
{
    private const uint SetIdBits = 0xC00;

    internal static void Set(SafeFileHandle file, TarEntry entry, ExtractionPolicy policy, string display)
    {
        if (policy.KeepOwners && Libc.fchown(file, entry.UserId, entry.GroupId) != 0)
            throw FileSystemException.FromLastError("set the owner of", display);
        if (Libc.fchmod(file, Mode(entry, policy)) != 0)
            throw FileSystemException.FromLastError("set the mode of", display);
        if (!policy.KeepOwners)
            return;
        foreach (var attribute in entry.Attributes)
        {
            if (ExtendedAttributes.MayExtract(attribute.NameBytes, policy.KeepPrivileges)
                && Libc.fsetxattr(file, attribute.Name, attribute.Value, (nuint)attribute.Value.Length, 0) != 0)
            {
                throw FileSystemException.FromLastError($"set the attribute {DisplayText.Of(attribute.NameBytes)} of", display);
            }
        }
    }

    /// <summary>For what cannot be opened without an effect (links, FIFOs, devices): by a name that is not followed.</summary>
    internal static void SetByName(SafeFileHandle parent, TarEntry entry, ExtractionPolicy policy, string display)
    {
        var name = entry.Path.TerminatedName;
        if (policy.KeepOwners && Libc.fchownat(parent, name, entry.UserId, entry.GroupId, Libc.AT_SYMLINK_NOFOLLOW) != 0)
            throw FileSystemException.FromLastError("set the owner of", display);
        // A link has no mode of its own.
        if (entry.Type != TarEntryType.SymbolicLink && Libc.fchmodat(parent, name, Mode(entry, policy), Libc.AT_SYMLINK_NOFOLLOW) != 0)
            throw FileSystemException.FromLastError("set the mode of", display);
        if (Libc.utimensat(parent, name, Times(entry.Modified), Libc.AT_SYMLINK_NOFOLLOW) != 0)
            throw FileSystemException.FromLastError("set the time of", display);
    }

    internal static void SetTime(SafeFileHandle file, UnixTime modified, string display)
    {
        if (Libc.futimens(file, Times(modified)) != 0)
            throw FileSystemException.FromLastError("set the time of", display);
    }

    // A directory's setgid bit gives no rights: it is how volumes hand their group on.
    private static uint Mode(TarEntry entry, ExtractionPolicy policy)
    {
        var mode = entry.Mode & policy.ModeMask;
        return policy.KeepPrivileges || entry.Type == TarEntryType.Directory ? mode : mode & ~SetIdBits;
    }

    private static TimeSpec[] Times(UnixTime modified)
    {
        var time = new TimeSpec { Seconds = modified.Seconds, Nanoseconds = modified.Nanoseconds };
        return [time, time];
    }
}
