using System.Runtime.InteropServices;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.FileSystem;

public sealed partial class RootDirectory
{
    private const UnixFileMode DefaultDirectoryMode = (UnixFileMode)0b111_101_101;

    /// <summary>Makes a directory and those on the way to it; what exists stays as it is.</summary>
    /// <returns>Whether the directory is new.</returns>
    public bool MakeDirectories(RelativePath path, UnixFileMode mode = DefaultDirectoryMode)
    {
        if (path.IsRoot)
            return false;
        // The whole path first: mostly only its last component is missing.
        var parent = TryOpenParent(path, InRoot, out var error);
        if (parent is null && error == Errno.ENOENT)
        {
            MakeDirectories(path.Parent);
            parent = TryOpenParent(path, InRoot, out error);
        }

        if (parent is null)
            throw new FileSystemException("make directory", Describe(path), error);
        using (parent)
            return MakeDirectoryAt(parent.Handle, path, mode);
    }

    /// <summary>Removes an entry: a file, a link itself, an empty directory. A mount point on the way is refused.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Remove(RelativePath path) => Remove(path, tree: false, keepFolderTime: false);

    /// <summary>
    /// Removes an entry and, if it is a directory, all below it. Links are removed, not followed; a mount point, on the way or anywhere below, is
    /// refused before anything is removed.
    /// </summary>
    /// <returns>Whether there was one.</returns>
    public bool RemoveTree(RelativePath path) => Remove(path, tree: true, keepFolderTime: false);

    /// <summary>Renames an entry, replacing a file that has the new name.</summary>
    public void Rename(RelativePath from, RelativePath to)
    {
        RefuseRoot(from);
        RefuseRoot(to);
        using var source = OpenParent(from, InRoot);
        using var target = OpenParent(to, InRoot);
        if (Libc.renameat2(source.Handle, from.TerminatedName, target.Handle, to.TerminatedName, 0) != 0)
            throw FileSystemException.FromLastError($"rename to '{to.Display}'", Describe(from));
    }

    /// <summary>Makes a symbolic link; what it points to need not exist.</summary>
    public void CreateSymbolicLink(RelativePath path, string target)
    {
        RefuseRoot(path);
        using var parent = OpenParent(path, InRoot);
        if (Libc.symlinkat([.. System.Text.Encoding.UTF8.GetBytes(target), 0], parent.Handle, path.TerminatedName) != 0)
            throw FileSystemException.FromLastError("make symbolic link", Describe(path));
    }

    /// <summary>
    /// Replaces a file's content so that a reader, or a crash, meets either the old or the new one whole: written beside it, flushed, renamed,
    /// directory flushed.
    /// </summary>
    public void WriteFileAtomically(RelativePath path, ReadOnlySpan<byte> content, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        RefuseRoot(path);
        using var parent = new RootDirectory(OpenParentForReading(path), Describe(path.Parent));
        var name = RelativePath.Parse(path.NameBytes);
        var temporary = RelativePath.Parse($".{Guid.NewGuid():N}.tmp");
        try
        {
            using (var file = parent.CreateFile(temporary, mode))
            {
                RandomAccess.Write(file, content, 0);
                if (Libc.fsync(file) != 0)
                    throw FileSystemException.FromLastError("flush", Describe(path));
            }

            parent.Rename(temporary, name);
        }
        catch
        {
            parent.Remove(temporary);
            throw;
        }

        parent.Flush();
    }

    /// <summary>Reads a whole regular file; one longer than <paramref name="maxLength"/> is refused. A symbolic link in its place is, too.</summary>
    public byte[] ReadFile(RelativePath path, int maxLength)
    {
        using var file = OpenFileNoFollow(path);
        var length = RandomAccess.GetLength(file);
        if (length > maxLength)
            throw new IOException($"'{DisplayText.Of(Describe(path))}' has {length} bytes, more than the {maxLength} that are allowed");
        var content = new byte[length];
        var read = 0;
        while (read < content.Length && RandomAccess.Read(file, content.AsSpan(read), read) is var count and > 0)
            read += count;
        return read == content.Length ? content : content[..read];
    }

    /// <summary>Removes an entry; <paramref name="keepFolderTime"/> sets its folder's time to what it was before.</summary>
    internal bool Remove(RelativePath path, bool tree, bool keepFolderTime)
    {
        RefuseRoot(path);
        using var parent = TryOpenParent(path, InRoot | Libc.RESOLVE_NO_XDEV, out var error);
        if (parent is null)
            return error is Errno.ENOENT or Errno.ENOTDIR ? false : throw new FileSystemException("remove", Describe(path), error);
        var before = keepFolderTime ? StatHandle(parent.Handle, new EntryName(this, path.Parent)).Modified : default;
        if (!RemoveAt(parent.Handle, path.TerminatedName, new EntryName(this, path), tree))
            return false;
        if (keepFolderTime)
            SetFolderTime(parent.Handle, before, new EntryName(this, path.Parent));
        return true;
    }

    /// <summary>Makes one directory with exactly that mode; false when there is one already, or a link to one.</summary>
    private bool MakeDirectoryAt(SafeFileHandle parent, RelativePath path, UnixFileMode mode)
    {
        if (Libc.mkdirat(parent, path.TerminatedName, (uint)mode) == 0)
        {
            // mkdirat heeds the umask and drops setuid and setgid.
            using var made = OpenAt(parent, path.TerminatedName, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, 0, InRoot, out var openError);
            if (made.IsInvalid)
                throw new FileSystemException("open directory", Describe(path), openError);
            return Libc.fchmod(made, (uint)mode) == 0 ? true : throw FileSystemException.FromLastError("set the mode of", Describe(path));
        }

        var error = Marshal.GetLastPInvokeError();
        if (error != Errno.EEXIST)
            throw new FileSystemException("make directory", Describe(path), error);
        using var existing = OpenAt(_handle, path.Terminated, Libc.O_PATH | Libc.O_DIRECTORY, 0, InRoot, out error);
        return existing.IsInvalid ? throw new FileSystemException("make directory", Describe(path), Errno.EEXIST) : false;
    }

    /// <summary>Refuses a path that lies on or behind a mount point, or has one below it; nothing is removed. One that is not there is no fault.</summary>
    internal void RefuseMounts(RelativePath path)
    {
        RefuseRoot(path);
        using var parent = TryOpenParent(path, InRoot | Libc.RESOLVE_NO_XDEV, out var error);
        if (parent is null && error is not (Errno.ENOENT or Errno.ENOTDIR))
            throw new FileSystemException("remove", Describe(path), error);
        if (parent is not null && TreeRemoval.IsDirectory(parent.Handle, path.TerminatedName, new EntryName(this, path)) == true)
            TreeRemoval.RefuseMounts(parent.Handle, path.TerminatedName, new EntryName(this, path));
    }

    private static bool RemoveAt(SafeFileHandle parent, ReadOnlySpan<byte> terminatedName, EntryName display, bool tree)
    {
        if (TreeRemoval.IsDirectory(parent, terminatedName, display) is null)
            return false;
        if (TreeRemoval.TryRemove(parent, terminatedName, display))
            return true;
        if (!tree)
            throw new FileSystemException("remove", display.ToString(), Errno.ENOTEMPTY);
        TreeRemoval.RefuseMounts(parent, terminatedName, display);
        TreeRemoval.RemoveContent(parent, terminatedName, display);
        return TreeRemoval.TryRemove(parent, terminatedName, display) ? true : throw new FileSystemException("remove", display.ToString(), Errno.ENOTEMPTY);
    }

    // By the name "." because the handle is one that only names (O_PATH).
    internal static void SetFolderTime(SafeFileHandle folder, UnixTime modified, EntryName display)
    {
        ReadOnlySpan<TimeSpec> times =
        [
            new TimeSpec { Nanoseconds = Libc.UTIME_OMIT },
            new TimeSpec { Seconds = modified.Seconds, Nanoseconds = modified.Nanoseconds },
        ];
        if (Libc.utimensat(folder, ".\0"u8, times, 0) != 0)
            throw FileSystemException.FromLastError("set the time of", display.ToString());
    }

    private SafeFileHandle OpenParentForReading(RelativePath path) =>
        OpenOrThrow("open directory", path.Parent, Libc.O_RDONLY | Libc.O_DIRECTORY, InRoot);
}
