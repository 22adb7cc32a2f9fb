using System.Runtime.InteropServices;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Looks at what lies below a root, one entry after the other. Consecutive ones mostly share their folder: its handle is kept until one in another
/// folder comes. Times of last use stay as they are, where the kernel lets them.
/// </summary>
internal sealed class TreeReader(RootDirectory root) : IDisposable
{
    // Opening a FIFO or a terminal that somebody put in the place of a file must not hang, or make it ours.
    private const int ReadFlags = Libc.O_RDONLY | Libc.O_NONBLOCK | Libc.O_NOCTTY;

    private RelativePath _folderPath;
    private ParentDirectory? _folder;
    private int _keepAccessTime = Libc.O_NOATIME;

    internal RootDirectory Root => root;

    /// <summary>The entry itself: a symbolic link is not followed. Null when it does not exist.</summary>
    internal FileStatus? Stat(RelativePath path)
    {
        if (TryFolder(path, out var error) is not { } folder)
            return error is Errno.ENOENT or Errno.ENOTDIR ? null : throw new FileSystemException("stat", root.Describe(path), error);
        return TryStat(folder, path);
    }

    /// <summary>Looks at an entry; one that does not exist is a fault.</summary>
    /// <param name="path">Where it is.</param>
    /// <param name="listed">What a list of the folder said that it is. Files and directories are then opened without a look before.</param>
    internal TreeEntry Open(RelativePath path, FileType listed = FileType.Unknown)
    {
        var folder = TryFolder(path, out var error) ?? throw new FileSystemException("read", root.Describe(path), error);
        // A device may do something when it is opened, so nothing is opened before it is known what it is.
        if (listed is not (FileType.Regular or FileType.Directory))
        {
            var status = TryStat(folder, path) ?? throw new FileSystemException("read", root.Describe(path), Errno.ENOENT);
            if (status.Type is not (FileType.Regular or FileType.Directory))
                return new TreeEntry(this, path, status, null);
        }

        var handle = OpenForReading(folder, path);
        try
        {
            return new TreeEntry(this, path, RootDirectory.StatHandle(handle, new EntryName(root, path)), handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    internal byte[] ReadLink(RelativePath path)
    {
        var folder = TryFolder(path, out var error) ?? throw new FileSystemException("read link", root.Describe(path), error);
        using var link = RootDirectory.OpenAt(folder, path.TerminatedName, Libc.O_PATH | Libc.O_NOFOLLOW, 0, RootDirectory.InRoot, out error);
        return link.IsInvalid ? throw new FileSystemException("read link", root.Describe(path), error) : RootDirectory.ReadLinkBytes(link, new EntryName(root, path));
    }

    public void Dispose() => _folder?.Dispose();

    private SafeFileHandle? TryFolder(RelativePath path, out int error)
    {
        error = 0;
        var name = path.ParentBytes;
        if (name.IsEmpty)
            return root.Handle;
        if (_folder is not null && _folderPath.Bytes.SequenceEqual(name))
            return _folder.Handle;
        _folder?.Dispose();
        _folder = root.TryOpenParent(path, RootDirectory.InRoot, out error);
        _folderPath = path.Parent;
        return _folder?.Handle;
    }

    private FileStatus? TryStat(SafeFileHandle folder, RelativePath path)
    {
        if (Libc.statx(folder, path.TerminatedName, Libc.AT_SYMLINK_NOFOLLOW | Libc.AT_NO_AUTOMOUNT, Libc.STATX_BASIC_STATS, out var status) == 0)
            return FileStatus.From(in status);
        return Marshal.GetLastPInvokeError() is Errno.ENOENT or Errno.ENOTDIR ? null : throw FileSystemException.FromLastError("stat", root.Describe(path));
    }

    private SafeFileHandle OpenForReading(SafeFileHandle folder, RelativePath path)
    {
        while (true)
        {
            var handle = RootDirectory.OpenAt(
                folder, path.TerminatedName, ReadFlags | Libc.O_NOFOLLOW | _keepAccessTime, 0, RootDirectory.InRoot, out var error);
            if (!handle.IsInvalid)
                return handle;
            // Only a file's owner and root may leave its time of last use as it is.
            if (error != Errno.EPERM || _keepAccessTime == 0)
                throw new FileSystemException("open", root.Describe(path), error);
            _keepAccessTime = 0;
        }
    }
}
