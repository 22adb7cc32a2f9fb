using System.Runtime.InteropServices;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Opens the folder that an entry goes into, and makes those that no entry named. Consecutive entries mostly share theirs: its handle is
/// kept until one in another folder comes, or something is removed.
/// </summary>
internal sealed class ParentFolder(RootDirectory root, ExtractionPolicy policy, ulong resolve) : IDisposable
{
    private const uint DefaultMode = 0x1ED;

    private RelativePath _path;
    private SafeFileHandle? _handle;

    internal SafeFileHandle Open(TarEntry entry)
    {
        var name = entry.Path.ParentBytes;
        if (name.IsEmpty)
            return root.Handle;
        if (_handle is not null && _path.Bytes.SequenceEqual(name))
            return _handle;
        Drop();
        var path = entry.Path.Parent;
        try
        {
            var handle = RootDirectory.OpenAt(root.Handle, path.Terminated, Libc.O_PATH | Libc.O_DIRECTORY, 0, resolve, out var error);
            if (handle.IsInvalid && error == Errno.ENOENT)
                handle = Make(path, out error);
            if (handle.IsInvalid)
                throw new FileSystemException("open directory", root.Describe(path), error);
            (_handle, _path) = (handle, path);
            return handle;
        }
        catch (FileSystemException e) when (e.Error == Errno.EXDEV)
        {
            throw entry.Refuse(ArchiveRefusal.MountInPath, "something is mounted on its way; unmount it first", e);
        }
        // Not found though it was made: a link that leads nowhere has the name.
        catch (FileSystemException e) when (e.Error is Errno.ELOOP or Errno.ENOTDIR or Errno.ENOENT)
        {
            throw entry.Refuse(ArchiveRefusal.LinkInPath, "its folder is a link that may not be followed, or no folder", e);
        }
    }

    internal void Drop()
    {
        _handle?.Dispose();
        _handle = null;
    }

    public void Dispose() => Drop();

    // A folder that the archive does not describe belongs to root: the container's, where that is another.
    private SafeFileHandle Make(RelativePath path, out int error)
    {
        var steps = new Stack<RelativePath>();
        for (var step = path; !step.IsRoot; step = step.Parent)
            steps.Push(step);
        while (steps.TryPop(out var step))
        {
            using var above = root.OpenParent(step, resolve);
            if (Libc.mkdirat(above.Handle, step.TerminatedName, DefaultMode & policy.ModeMask) != 0)
            {
                if (Marshal.GetLastPInvokeError() == Errno.EEXIST)
                    continue;
                throw FileSystemException.FromLastError("make directory", root.Describe(step));
            }

            using var made = RootDirectory.OpenAt(
                above.Handle, step.TerminatedName, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, 0, RootDirectory.InRoot, out error);
            if (made.IsInvalid)
                throw new FileSystemException("open directory", root.Describe(step), error);
            EntryMetadata.SetUndescribed(made, policy, DefaultMode, root.Describe(step));
        }

        return RootDirectory.OpenAt(root.Handle, path.Terminated, Libc.O_PATH | Libc.O_DIRECTORY, 0, resolve, out error);
    }
}
