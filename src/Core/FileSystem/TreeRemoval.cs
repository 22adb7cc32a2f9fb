using System.Runtime.InteropServices;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.FileSystem;

/// <summary>Empties a directory without crossing a mount point and without recursion on the stack, however deep the tree is.</summary>
internal static class TreeRemoval
{
    private const ulong Beneath = Libc.RESOLVE_BENEATH | Libc.RESOLVE_NO_SYMLINKS | Libc.RESOLVE_NO_XDEV;

    /// <summary>What a name stands for; null when there is none. One that something is mounted on is refused.</summary>
    /// <remarks>
    /// Asked, not left to unlink: of a mount in another mount namespace, such as the node's seen from a container, unlink knows nothing
    /// and takes it away with the name.
    /// </remarks>
    internal static bool? IsDirectory(SafeFileHandle parent, ReadOnlySpan<byte> terminatedName, EntryName display)
    {
        if (Libc.statx(parent, terminatedName, Libc.AT_SYMLINK_NOFOLLOW | Libc.AT_NO_AUTOMOUNT, Libc.STATX_TYPE, out var status) != 0)
            return Marshal.GetLastPInvokeError() == Errno.ENOENT ? null : throw FileSystemException.FromLastError("remove", display.ToString());
        if ((status.Attributes & Libc.STATX_ATTR_MOUNT_ROOT) != 0)
            throw new FileSystemException("remove", display.ToString(), Errno.EXDEV);
        return (status.Mode & Libc.S_IFMT) == Libc.S_IFDIR;
    }

    /// <summary>Refuses a directory that has a mount point anywhere below it, before anything of it is removed.</summary>
    internal static void RefuseMounts(SafeFileHandle parent, ReadOnlySpan<byte> terminatedName, EntryName display) =>
        Walk(parent, terminatedName, display, (level, name, _) => IsDirectory(level.Handle, name, display) == true, static (_, _) => { });

    internal static void RemoveContent(SafeFileHandle parent, ReadOnlySpan<byte> terminatedName, EntryName display) =>
        Walk(
            parent,
            terminatedName,
            display,
            // What is listed as a directory is gone into at once: it is rarely empty.
            (level, name, type) => type == FileType.Directory || !TryRemove(level.Handle, name, display),
            (above, name) => RemoveEmptied(above.Handle, name, display));

    /// <summary>Removes what is no directory; false when it is one. What something is mounted on is refused.</summary>
    /// <param name="parent">Its folder.</param>
    /// <param name="terminatedName">Its name in it.</param>
    /// <param name="display">What it is called in a fault.</param>
    /// <param name="mayBeMount">Whether something may be mounted there (<see cref="MountPoints"/>): then it is looked at first.</param>
    /// <param name="wasThere">Whether there was one.</param>
    internal static bool TryRemoveFile(SafeFileHandle parent, ReadOnlySpan<byte> terminatedName, EntryName display, bool mayBeMount, out bool wasThere)
    {
        if (!mayBeMount)
        {
            wasThere = Libc.unlinkat(parent, terminatedName, 0) == 0;
            if (wasThere || Marshal.GetLastPInvokeError() == Errno.ENOENT)
                return true;
        }

        var isDirectory = IsDirectory(parent, terminatedName, display);
        wasThere = isDirectory is not null;
        return isDirectory != true && TryRemove(parent, terminatedName, display);
    }

    /// <summary>Removes an entry with all below it, where nothing is mounted (<see cref="MountPoints"/>). False when there is none.</summary>
    internal static bool RemoveUnmounted(SafeFileHandle parent, ReadOnlySpan<byte> terminatedName, EntryName display)
    {
        if (Libc.unlinkat(parent, terminatedName, 0) == 0)
            return true;
        switch (Marshal.GetLastPInvokeError())
        {
            case Errno.ENOENT:
                return false;
            case Errno.EISDIR:
                RemoveContent(parent, terminatedName, display);
                return RemoveEmptied(parent, terminatedName, display);
            default:
                return TryRemove(parent, terminatedName, display) ? true : throw new FileSystemException("remove", display.ToString(), Errno.ENOTEMPTY);
        }
    }

    /// <summary>Removes a directory that was emptied. False when somebody else did.</summary>
    private static bool RemoveEmptied(SafeFileHandle parent, ReadOnlySpan<byte> terminatedName, EntryName display)
    {
        if (Libc.unlinkat(parent, terminatedName, Libc.AT_REMOVEDIR) == 0)
            return true;
        var error = Marshal.GetLastPInvokeError();
        // Something else may be in its place.
        if (error == Errno.ENOENT || (error == Errno.ENOTDIR && TryRemove(parent, terminatedName, display)))
            return false;
        throw new FileSystemException("remove", display.ToString(), error);
    }

    /// <summary>Removes a name; false when it is a directory that is not empty.</summary>
    internal static bool TryRemove(SafeFileHandle parent, ReadOnlySpan<byte> terminatedName, EntryName display)
    {
        while (true)
        {
            if (Libc.unlinkat(parent, terminatedName, 0) == 0)
                return true;
            var error = Marshal.GetLastPInvokeError();
            if (error == Errno.ENOENT)
                return true;
            // Linux says EISDIR for a directory, POSIX EPERM.
            if (error is not (Errno.EISDIR or Errno.EPERM))
                throw new FileSystemException("remove", display.ToString(), error);
            if (Libc.unlinkat(parent, terminatedName, Libc.AT_REMOVEDIR) == 0)
                return true;
            switch (Marshal.GetLastPInvokeError())
            {
                case Errno.ENOENT:
                    return true;
                case Errno.ENOTEMPTY or Errno.EEXIST:
                    return false;
                case Errno.ENOTDIR when error == Errno.EISDIR:
                    // Somebody put something else in its place in between.
                    continue;
                case Errno.ENOTDIR:
                    // It is no directory: the first fault is the one to tell.
                    throw new FileSystemException("remove", display.ToString(), error);
                case var other:
                    throw new FileSystemException("remove", display.ToString(), other);
            }
        }
    }

    /// <summary>Visits each name below a directory; what <paramref name="enter"/> says yes to is a directory to go into, and to <paramref name="leave"/> afterwards.</summary>
    private static void Walk(
        SafeFileHandle parent, ReadOnlySpan<byte> terminatedName, EntryName display, Func<Level, byte[], FileType, bool> enter, Action<Level, byte[]> leave)
    {
        var levels = new Stack<Level>();
        byte[] name = [];
        try
        {
            Enter(parent, terminatedName.ToArray());
            while (levels.TryPeek(out var level))
            {
                if (level.Names.TryPop(out var next))
                {
                    name = next.Name;
                    if (enter(level, name, next.Type))
                        Enter(level.Handle, name);
                    continue;
                }

                name = levels.Pop().Close();
                if (levels.TryPeek(out var above))
                    leave(above, name);
            }
        }
        catch (FileSystemException e)
        {
            throw new FileSystemException("remove", $"{display}/…/{DisplayText.Of(name.AsSpan()[..^1])}", e.Error);
        }
        finally
        {
            while (levels.TryPop(out var level))
                level.Close();
        }

        void Enter(SafeFileHandle from, byte[] directory)
        {
            var handle = RootDirectory.OpenAt(from, directory, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, 0, Beneath, out var error);
            // Somebody else was faster.
            if (handle.IsInvalid && error == Errno.ENOENT)
                return;
            name = directory;
            if (handle.IsInvalid)
                throw new FileSystemException("remove", display.ToString(), error);
            levels.Push(new Level(handle, directory, new(DirectoryReader.Read(handle, display))));
        }
    }

    private sealed record Level(SafeFileHandle Handle, byte[] Name, Stack<(byte[] Name, FileType Type)> Names)
    {
        internal byte[] Close()
        {
            Handle.Dispose();
            return Name;
        }
    }
}
