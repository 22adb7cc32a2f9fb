using System.Runtime.InteropServices;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Writes a tar archive's entries below a directory. What exists is replaced, never written through: new files are made by O_EXCL. A
/// directory entry keeps a directory that exists and replaces anything else, a symbolic link to a directory too, because the overlay's
/// upper folder that the entry comes from holds a real directory there (containers/storage does the same).
/// </summary>
internal sealed class TreeExtractor : IDisposable
{
    private readonly RootDirectory _root;
    private readonly ExtractionPolicy _policy;
    private readonly ulong _resolve;
    private readonly ParentFolder _parent;
    private readonly DirectoryStates _directories;
    private readonly ExtractedPaths? _extracted;
    private readonly SmallFiles _smallFiles;
    private readonly SideCopies _copies;
    private readonly Lazy<bool> _mayHaveMounts;

    // Where one entry had to be replaced the next one mostly has, too.
    private bool _replaces;

    /// <summary>Begins to write below a directory.</summary>
    /// <param name="root">The directory.</param>
    /// <param name="policy">What entries may bring along.</param>
    /// <param name="copiesAtOnce">How many large files are copied side by side; as many as there are processors for, two at most, if left out.</param>
    internal TreeExtractor(RootDirectory root, ExtractionPolicy policy, int? copiesAtOnce = null)
    {
        _root = root;
        _policy = policy;
        // What is mounted below is not the root's own: a volume, the node's /proc.
        _resolve = Libc.RESOLVE_NO_XDEV | (policy.FollowLinksInside
            ? RootDirectory.InRoot
            : Libc.RESOLVE_BENEATH | Libc.RESOLVE_NO_SYMLINKS | Libc.RESOLVE_NO_MAGICLINKS);
        _parent = new ParentFolder(root, policy, _resolve);
        _directories = new DirectoryStates(root, policy, _resolve);
        _smallFiles = new SmallFiles(policy);
        _copies = new SideCopies(policy, copiesAtOnce ?? Math.Min(Environment.ProcessorCount, 2));
        _extracted = policy.Whiteouts ? new ExtractedPaths() : null;
        _mayHaveMounts = new Lazy<bool>(() => MountPoints.MayBeBelow(root.Handle));
    }

    internal long Entries { get; private set; }

    internal long Bytes { get; private set; }

    internal long Whiteouts { get; private set; }

    /// <summary>Writes one entry, its content taken from the reader. The destination's own is set, but not counted.</summary>
    internal void Extract(TarReader reader, TarEntry entry, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_policy.Ids is { } ids)
            OwnerMapping.ToHost(entry, ids);
        Write(reader, entry, cancellationToken);
        if (!entry.Path.IsRoot)
            Entries++;
    }

    /// <summary>Unpacks a whole tar, plain or compressed, to its end.</summary>
    internal void ExtractAll(Stream tar, ArchiveLimits? limits, CancellationToken cancellationToken)
    {
        limits ??= ArchiveLimits.Default;
        var stream = DecompressedStream.Open(tar, limits, out _);
        // The archive itself is the caller's.
        using var decompressed = stream as AheadStream;
        using var reader = new TarReader(stream, limits);
        while (reader.Next() is { } entry)
            Extract(reader, entry, cancellationToken);
        Complete();
    }

    /// <summary>Gives the directories their owners, modes and times. Without it those that are new stay closed to all but root.</summary>
    internal void Complete()
    {
        _smallFiles.Complete();
        _copies.Complete();
        _directories.Set();
    }

    public void Dispose()
    {
        _smallFiles.Dispose();
        _copies.Dispose();
        _parent.Dispose();
    }

    private void Write(TarReader reader, TarEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Path.IsRoot)
        {
            if (_policy.RootMetadata)
                Describe(_root.Handle, entry, isNew: false);
            return;
        }

        if (_policy.Whiteouts && TryWhiteout(entry))
        {
            Whiteouts++;
            return;
        }

        switch (entry.Type)
        {
            case TarEntryType.Directory:
                WriteDirectory(entry);
                break;
            case TarEntryType.Regular:
                WriteFile(reader, entry, cancellationToken);
                break;
            case TarEntryType.SymbolicLink:
                WriteSymbolicLink(entry);
                break;
            case TarEntryType.HardLink:
                WriteHardLink(entry);
                break;
            default:
                WriteSpecialFile(entry);
                break;
        }

        _extracted?.Add(entry.Path);
    }

    private void WriteDirectory(TarEntry entry)
    {
        var parent = _parent.Open(entry);
        var name = entry.Path.TerminatedName;
        while (true)
        {
            var isNew = Libc.mkdirat(parent, name, EntryMetadata.PrivateMode) == 0;
            if (!isNew && Marshal.GetLastPInvokeError() != Errno.EEXIST)
                throw FileSystemException.FromLastError("make directory", _root.Describe(entry.Path));
            using var directory = RootDirectory.OpenAt(
                parent, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, 0, RootDirectory.InRoot | Libc.RESOLVE_NO_XDEV, out var error);
            if (!directory.IsInvalid)
            {
                Describe(directory, entry, isNew);
                return;
            }

            if (error == Errno.EXDEV)
                throw entry.Refuse(ArchiveRefusal.MountInPath, "something is mounted there; unmount it first");
            if (error is not (Errno.ENOTDIR or Errno.ELOOP))
                throw new FileSystemException("open directory", _root.Describe(entry.Path), error);
            parent = Replace(entry);
        }
    }

    private void Describe(SafeFileHandle directory, TarEntry entry, bool isNew)
    {
        EntryMetadata.BeginDirectory(directory, entry, isNew, _policy, NameOf(entry));
        _directories.Add(directory, entry);
    }

    private void WriteFile(TarReader reader, TarEntry entry, CancellationToken cancellationToken)
    {
        var flags = Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW;
        var parent = OpenPlace(entry);
        SafeFileHandle file;
        int error;
        while ((file = RootDirectory.OpenAt(parent, entry.Path.TerminatedName, flags, 0x180, RootDirectory.InRoot, out error)).IsInvalid)
        {
            if (error != Errno.EEXIST)
                throw new FileSystemException("create", _root.Describe(entry.Path), error);
            parent = Replace(entry);
        }

        Bytes += entry.Size;
        var taken = false;
        try
        {
            taken = _smallFiles.TryTake(reader, entry, file, NameOf(entry)) || _copies.TryTake(reader, entry, file, NameOf(entry), cancellationToken);
            if (taken)
                return;
            reader.CopyTo(file, cancellationToken);
            EntryMetadata.SetFile(file, entry, _policy, NameOf(entry));
        }
        finally
        {
            if (!taken)
                file.Dispose();
        }
    }

    private void WriteSymbolicLink(TarEntry entry)
    {
        if (entry.LinkTarget.Length == 0)
            throw entry.Refuse(ArchiveRefusal.InvalidName, "the link has no target");
        if (!_policy.FollowLinksInside && !LinkTarget.StaysInside(entry.LinkTarget, entry.Path.Depth - 1))
            throw entry.Refuse(ArchiveRefusal.EscapingSymbolicLink, $"it points to '{DisplayText.Of(entry.LinkTarget)}'");
        byte[] target = [.. entry.LinkTarget, 0];
        var parent = OpenPlace(entry);
        while (Libc.symlinkat(target, parent, entry.Path.TerminatedName) != 0)
            parent = ReplaceIfThere(entry, "make symbolic link");
        EntryMetadata.SetByName(parent, entry, _policy, NameOf(entry));
    }

    private void WriteHardLink(TarEntry entry)
    {
        if (RelativePath.Scan(entry.LinkTarget, out var target) != PathFault.None || entry.LinkTarget[0] == '/' || target == entry.Path)
            throw entry.Refuse(ArchiveRefusal.EscapingHardLink, $"it names '{DisplayText.Of(entry.LinkTarget)}'");
        while (true)
        {
            var parent = _parent.Open(entry);
            using var targetParent = _root.TryOpenParent(target, _resolve, out _);
            if (targetParent is null || !MayHaveTwoNames(targetParent.Handle, target))
                throw NoSuchTarget();
            if (Libc.linkat(targetParent.Handle, target.TerminatedName, parent, entry.Path.TerminatedName, 0) == 0)
                return;
            var error = Marshal.GetLastPInvokeError();
            // A directory has no second name, and a mount is another file system.
            if (error is Errno.ENOENT or Errno.EPERM or Errno.EXDEV)
                throw NoSuchTarget();
            if (error != Errno.EEXIST)
                throw new FileSystemException("make hard link", _root.Describe(entry.Path), error);
            Replace(entry);
        }

        ArchiveRefusedException NoSuchTarget() =>
            entry.Refuse(ArchiveRefusal.EscapingHardLink, $"it names '{DisplayText.Of(entry.LinkTarget)}', which is no regular file in the destination");
    }

    // GNU tar and the container engines write a link or a FIFO that has two names so as well; a device or socket stays what it is.
    private bool MayHaveTwoNames(SafeFileHandle parent, RelativePath target)
    {
        if (Libc.statx(parent, target.TerminatedName, Libc.AT_SYMLINK_NOFOLLOW | Libc.AT_NO_AUTOMOUNT, Libc.STATX_BASIC_STATS, out var found) != 0)
            return false;
        return FileStatus.From(in found).Type switch
        {
            FileType.Regular => true,
            FileType.SymbolicLink => _policy.FollowLinksInside,
            FileType.Fifo => _policy.SpecialFiles,
            _ => false,
        };
    }

    private void WriteSpecialFile(TarEntry entry)
    {
        var mode = entry.Type switch
        {
            TarEntryType.Fifo when _policy.SpecialFiles => Libc.S_IFIFO,
            TarEntryType.CharacterDevice when _policy.HarmlessDevices && Devices.IsHarmless(entry.DeviceMajor, entry.DeviceMinor) => Libc.S_IFCHR,
            TarEntryType.Fifo => throw entry.Refuse(ArchiveRefusal.UnexpectedType, "a FIFO has no place in a checkpoint"),
            _ => throw entry.Refuse(ArchiveRefusal.Device, $"device {entry.DeviceMajor}:{entry.DeviceMinor} is none of null, zero, full, random, urandom, tty"),
        };
        var device = mode == Libc.S_IFCHR ? Devices.Number(entry.DeviceMajor, entry.DeviceMinor) : 0;
        var parent = _parent.Open(entry);
        while (Libc.mknodat(parent, entry.Path.TerminatedName, mode | 0x180, device) != 0)
            parent = ReplaceIfThere(entry, "make special file");
        EntryMetadata.SetByName(parent, entry, _policy, NameOf(entry));
    }

    private bool TryWhiteout(TarEntry entry)
    {
        if (entry.Type == TarEntryType.CharacterDevice && entry is { DeviceMajor: 0, DeviceMinor: 0 })
        {
            Remove(entry, entry.Path);
            return true;
        }

        switch (Whiteout.Read(entry.Path, out var target))
        {
            case WhiteoutKind.None:
                return false;
            case WhiteoutKind.Opaque:
                RemoveHidden(entry, entry.Path.Parent);
                return true;
            // A whiteout speaks of the layers below, not of what its own one has (image-spec, layer.md).
            case WhiteoutKind.Name when _extracted!.Contains(target):
                RemoveHidden(entry, target);
                return true;
            case WhiteoutKind.Name:
                Remove(entry, target);
                return true;
            default:
                throw entry.Refuse(ArchiveRefusal.InvalidWhiteout, "it names nothing that can be removed");
        }
    }

    /// <summary>Empties a directory of all but what this archive has put there, whichever came first.</summary>
    private void RemoveHidden(TarEntry entry, RelativePath directory)
    {
        if (_root.Stat(directory) is not { Type: FileType.Directory })
            return;
        var hidden = new List<RelativePath>();
        Collect(directory);
        Guard(entry, ArchiveRefusal.UnsafeDeletion, () => hidden.ForEach(_root.RefuseMounts));
        hidden.ForEach(path => Remove(entry, path));

        void Collect(RelativePath folder)
        {
            foreach (var child in _root.List(folder))
            {
                if (!_extracted!.Contains(child.Path))
                    hidden.Add(child.Path);
                else if (child.Type == FileType.Directory)
                    Collect(child.Path);
            }
        }
    }

    /// <summary>Removes what a whiteout names. Its folder's time is the archive's to tell; untold, it stays.</summary>
    private void Remove(TarEntry entry, RelativePath path)
    {
        _parent.Drop();
        Guard(entry, ArchiveRefusal.UnsafeDeletion, () => _root.Remove(path, tree: true, keepFolderTime: true));
    }

    private EntryName NameOf(TarEntry entry) => new(_root, entry.Path);

    private SafeFileHandle ReplaceIfThere(TarEntry entry, string operation) =>
        Marshal.GetLastPInvokeError() == Errno.EEXIST ? Replace(entry) : throw FileSystemException.FromLastError(operation, _root.Describe(entry.Path));

    /// <summary>The folder that an entry goes into; what was in its place is removed at once where the one before had to be replaced.</summary>
    private SafeFileHandle OpenPlace(TarEntry entry)
    {
        var parent = _parent.Open(entry);
        if (_replaces)
            RemoveFile(parent, entry, out _replaces);
        return parent;
    }

    private SafeFileHandle Replace(TarEntry entry)
    {
        var parent = _parent.Open(entry);
        if (RemoveFile(parent, entry, out _replaces))
            return parent;
        _parent.Drop();
        Guard(entry, ArchiveRefusal.MountInPath, () => _root.RemoveTree(entry.Path));
        return _parent.Open(entry);
    }

    /// <summary>Removes what is no directory. False when it is one.</summary>
    private bool RemoveFile(SafeFileHandle parent, TarEntry entry, out bool wasThere)
    {
        var found = false;
        var isFree = false;
        Guard(entry, ArchiveRefusal.MountInPath, () => isFree = TreeRemoval.TryRemoveFile(parent, entry.Path.TerminatedName, NameOf(entry), _mayHaveMounts.Value, out found));
        wasThere = found;
        return isFree;
    }

    private static void Guard(TarEntry entry, ArchiveRefusal reason, Action remove)
    {
        try
        {
            remove();
        }
        catch (FileSystemException e) when (e.Error is Errno.EXDEV or Errno.EBUSY)
        {
            throw entry.Refuse(reason, "something is mounted there or below it; unmount it first", e);
        }
    }
}
