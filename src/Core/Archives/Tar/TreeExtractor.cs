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
    private readonly List<(RelativePath Path, UnixTime Modified)> _directoryTimes = [];
    private readonly ExtractedPaths? _extracted;

    // Consecutive entries mostly share their folder: its handle is kept until one in another folder comes, or something is removed.
    private RelativePath _parentPath;
    private SafeFileHandle? _parent;

    internal TreeExtractor(RootDirectory root, ExtractionPolicy policy)
    {
        _root = root;
        _policy = policy;
        _resolve = policy.FollowLinksInside
            ? RootDirectory.InRoot
            : Libc.RESOLVE_BENEATH | Libc.RESOLVE_NO_SYMLINKS | Libc.RESOLVE_NO_MAGICLINKS;
        _extracted = policy.Whiteouts ? new ExtractedPaths() : null;
    }

    internal long Entries { get; private set; }

    internal long Bytes { get; private set; }

    internal long Whiteouts { get; private set; }

    /// <summary>Writes one entry, its content taken from the reader. The destination's own is set, but not counted.</summary>
    internal void Extract(TarReader reader, TarEntry entry, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Write(reader, entry, cancellationToken);
        if (!entry.Path.IsRoot)
            Entries++;
    }

    /// <summary>Unpacks a whole tar, plain or compressed, to its end.</summary>
    internal void ExtractAll(Stream tar, ArchiveLimits? limits, CancellationToken cancellationToken)
    {
        limits ??= ArchiveLimits.Default;
        using var reader = new TarReader(DecompressedStream.Open(tar, limits, out _), limits);
        while (reader.Next() is { } entry)
            Extract(reader, entry, cancellationToken);
        Complete();
    }

    /// <summary>Sets the directories' times, which every entry made in them has changed.</summary>
    internal void Complete()
    {
        foreach (var (path, modified) in _directoryTimes)
        {
            using var directory = RootDirectory.OpenAt(
                _root.Handle, path.Terminated, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, 0, _resolve, out var error);
            // A later entry may have put something else there.
            if (directory.IsInvalid && error is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
                continue;
            if (directory.IsInvalid)
                throw new FileSystemException("set the time of", _root.Describe(path), error);
            EntryMetadata.SetTime(directory, modified, _root.Describe(path));
        }
    }

    public void Dispose() => _parent?.Dispose();

    private void Write(TarReader reader, TarEntry entry, CancellationToken cancellationToken)
    {
        if (entry.Path.IsRoot)
        {
            if (_policy.RootMetadata)
                SetDirectoryMetadata(_root.Handle, entry);
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
        var parent = ParentOf(entry);
        var name = entry.Path.TerminatedName;
        SafeFileHandle directory;
        while (true)
        {
            var made = Libc.mkdirat(parent, name, 0x1C0) == 0;
            if (!made && Marshal.GetLastPInvokeError() != Errno.EEXIST)
                throw FileSystemException.FromLastError("make directory", _root.Describe(entry.Path));
            directory = RootDirectory.OpenAt(parent, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, 0, RootDirectory.InRoot, out var error);
            if (!directory.IsInvalid)
                break;
            if (error is not (Errno.ENOTDIR or Errno.ELOOP))
                throw new FileSystemException("open directory", _root.Describe(entry.Path), error);
            parent = Replace(entry);
        }

        using (directory)
            SetDirectoryMetadata(directory, entry);
    }

    private void SetDirectoryMetadata(SafeFileHandle directory, TarEntry entry)
    {
        EntryMetadata.Set(directory, entry, _policy, _root.Describe(entry.Path));
        _directoryTimes.Add((entry.Path, entry.Modified));
    }

    private void WriteFile(TarReader reader, TarEntry entry, CancellationToken cancellationToken)
    {
        var flags = Libc.O_WRONLY | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW;
        var parent = ParentOf(entry);
        SafeFileHandle file;
        int error;
        while ((file = RootDirectory.OpenAt(parent, entry.Path.TerminatedName, flags, 0x180, RootDirectory.InRoot, out error)).IsInvalid)
        {
            if (error != Errno.EEXIST)
                throw new FileSystemException("create", _root.Describe(entry.Path), error);
            parent = Replace(entry);
        }

        using (file)
        {
            reader.CopyTo(file, cancellationToken);
            EntryMetadata.Set(file, entry, _policy, _root.Describe(entry.Path));
            EntryMetadata.SetTime(file, entry.Modified, _root.Describe(entry.Path));
        }

        Bytes += entry.Size;
    }

    private void WriteSymbolicLink(TarEntry entry)
    {
        if (entry.LinkTarget.Length == 0)
            throw entry.Refuse(ArchiveRefusal.InvalidName, "the link has no target");
        if (!_policy.FollowLinksInside && !LinkTarget.StaysInside(entry.LinkTarget, entry.Path.Depth - 1))
            throw entry.Refuse(ArchiveRefusal.EscapingSymbolicLink, $"it points to '{DisplayText.Of(entry.LinkTarget)}'");
        byte[] target = [.. entry.LinkTarget, 0];
        var parent = ParentOf(entry);
        while (Libc.symlinkat(target, parent, entry.Path.TerminatedName) != 0)
            parent = ReplaceIfThere(entry, "make symbolic link");
        EntryMetadata.SetByName(parent, entry, _policy, _root.Describe(entry.Path));
    }

    private void WriteHardLink(TarEntry entry)
    {
        if (RelativePath.Scan(entry.LinkTarget, out var target) != PathFault.None || entry.LinkTarget[0] == '/' || target == entry.Path)
            throw entry.Refuse(ArchiveRefusal.EscapingHardLink, $"it names '{DisplayText.Of(entry.LinkTarget)}'");
        while (true)
        {
            var parent = ParentOf(entry);
            using var targetParent = _root.TryOpenParent(target, _resolve, out _);
            if (targetParent is null)
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
            entry.Refuse(ArchiveRefusal.EscapingHardLink, $"it names '{DisplayText.Of(entry.LinkTarget)}', which is no file in the destination");
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
        var parent = ParentOf(entry);
        while (Libc.mknodat(parent, entry.Path.TerminatedName, mode | 0x180, device) != 0)
            parent = ReplaceIfThere(entry, "make special file");
        EntryMetadata.SetByName(parent, entry, _policy, _root.Describe(entry.Path));
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
            case WhiteoutKind.Name:
                Remove(entry, target);
                return true;
            default:
                throw entry.Refuse(ArchiveRefusal.InvalidWhiteout, "it names nothing that can be removed");
        }
    }

    /// <summary>Empties an opaque directory of all but what this archive has put there, whichever came first.</summary>
    private void RemoveHidden(TarEntry entry, RelativePath directory)
    {
        if (_root.Stat(directory) is not { Type: FileType.Directory })
            return;
        foreach (var child in _root.List(directory))
        {
            if (!_extracted!.Contains(child.Path))
                Remove(entry, child.Path);
            else if (child.Type == FileType.Directory)
                RemoveHidden(entry, child.Path);
        }
    }

    private void Remove(TarEntry entry, RelativePath path)
    {
        DropParent();
        try
        {
            _root.RemoveTree(path);
        }
        catch (FileSystemException e) when (e.Error is Errno.EXDEV or Errno.EBUSY)
        {
            throw entry.Refuse(ArchiveRefusal.UnsafeDeletion, "it would cross a mount point", e);
        }
    }

    private SafeFileHandle ReplaceIfThere(TarEntry entry, string operation) =>
        Marshal.GetLastPInvokeError() == Errno.EEXIST ? Replace(entry) : throw FileSystemException.FromLastError(operation, _root.Describe(entry.Path));

    private SafeFileHandle Replace(TarEntry entry)
    {
        Remove(entry, entry.Path);
        return ParentOf(entry);
    }

    private SafeFileHandle ParentOf(TarEntry entry)
    {
        var name = entry.Path.ParentBytes;
        if (name.IsEmpty)
            return _root.Handle;
        if (_parent is not null && _parentPath.Bytes.SequenceEqual(name))
            return _parent;
        DropParent();
        var path = entry.Path.Parent;
        try
        {
            _parent = RootDirectory.OpenAt(_root.Handle, path.Terminated, Libc.O_PATH | Libc.O_DIRECTORY, 0, _resolve, out var error);
            if (_parent.IsInvalid && error == Errno.ENOENT)
            {
                _root.MakeDirectories(path, (UnixFileMode)(0x1ED & _policy.ModeMask), _resolve);
                _parent = RootDirectory.OpenAt(_root.Handle, path.Terminated, Libc.O_PATH | Libc.O_DIRECTORY, 0, _resolve, out error);
            }

            if (_parent.IsInvalid)
                throw new FileSystemException("open directory", _root.Describe(path), error);
        }
        catch (FileSystemException e) when (e.Error is Errno.ELOOP or Errno.ENOTDIR or Errno.EEXIST or Errno.EXDEV)
        {
            _parent = null;
            throw entry.Refuse(ArchiveRefusal.LinkInPath, "its folder is a link that may not be followed, or no folder", e);
        }

        _parentPath = path;
        return _parent;
    }

    private void DropParent()
    {
        _parent?.Dispose();
        _parent = null;
    }
}
