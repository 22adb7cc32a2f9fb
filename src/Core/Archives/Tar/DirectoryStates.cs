using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Owners, modes and times of directories, set when all is in them: every entry made in one changes its time, and until then a new one is open
/// to root alone, so that nobody else meets a tree that is half there.
/// </summary>
internal sealed class DirectoryStates(RootDirectory root, ExtractionPolicy policy, ulong resolve)
{
    private readonly OrderedDictionary<RelativePath, State> _states = [];

    internal void Add(SafeFileHandle directory, TarEntry entry)
    {
        var status = RootDirectory.StatHandle(directory, new EntryName(root, entry.Path));
        _states[entry.Path] = new State(entry.UserId, entry.GroupId, EntryMetadata.Mode(entry, policy), entry.Modified, status.Device, status.Inode);
    }

    /// <summary>Sets them all, those below a directory before its own.</summary>
    internal void Set()
    {
        for (var i = _states.Count - 1; i >= 0; i--)
        {
            var (path, state) = _states.GetAt(i);
            var display = root.Describe(path);
            using var directory = RootDirectory.OpenAt(
                root.Handle, path.Terminated, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, 0, resolve, out var error);
            // A later entry, or somebody else, may have put something else there.
            if (directory.IsInvalid && error is Errno.ENOENT or Errno.ENOTDIR or Errno.ELOOP)
                continue;
            if (directory.IsInvalid)
                throw new FileSystemException("set the mode of", display, error);
            var status = RootDirectory.StatHandle(directory, display);
            if ((status.Device, status.Inode) == (state.Device, state.Inode))
                EntryMetadata.SetDirectory(directory, state.UserId, state.GroupId, state.Mode, state.Modified, policy, display);
        }
    }

    private readonly record struct State(uint UserId, uint GroupId, uint Mode, UnixTime Modified, ulong Device, ulong Inode);
}
