using System.Runtime.InteropServices;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.FileSystem;

/// <summary>
/// An open directory that nothing reached through it can leave: each path is resolved by the kernel with the directory as its root
/// (<c>openat2</c> with <c>RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS</c>), so absolute links, <c>..</c> and renames under way stay inside.
/// </summary>
public sealed partial class RootDirectory : IDisposable
{
    internal const ulong InRoot = Libc.RESOLVE_IN_ROOT | Libc.RESOLVE_NO_MAGICLINKS;

    // What pathrs allows the kernel to lose a race against renames (EAGAIN) before giving up.
    private const int MaxAttempts = 128;

    private readonly SafeFileHandle _handle;

    internal RootDirectory(SafeFileHandle handle, string displayPath)
    {
        _handle = handle;
        DisplayPath = displayPath;
    }

    /// <summary>Where the directory was when it was opened; for messages only.</summary>
    public string DisplayPath { get; }

    /// <summary>The open directory.</summary>
    public SafeFileHandle Handle => _handle;

    /// <summary>Opens a directory by a path that the caller trusts, such as a setting.</summary>
    public static RootDirectory Open(string hostPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(hostPath);
        var descriptor = Libc.open(hostPath, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_CLOEXEC, 0);
        return descriptor < 0
            ? throw FileSystemException.FromLastError("open directory", hostPath)
            : new RootDirectory(new SafeFileHandle(descriptor, ownsHandle: true), hostPath);
    }

    /// <summary>Opens a directory below this one, as a root of its own.</summary>
    public RootDirectory OpenDirectory(RelativePath path) =>
        new(OpenOrThrow("open directory", path, Libc.O_RDONLY | Libc.O_DIRECTORY, InRoot), Describe(path));

    /// <summary>Opens an existing regular file. A link is followed inside the directory; a FIFO or a device is refused without waiting on it.</summary>
    public SafeFileHandle OpenFile(RelativePath path, FileAccess access = FileAccess.Read) => OpenRegular(path, access, 0, InRoot);

    /// <summary>Opens an existing regular file; a symbolic link in its place is refused.</summary>
    public SafeFileHandle OpenFileNoFollow(RelativePath path, FileAccess access = FileAccess.Read) =>
        OpenRegular(path, access, Libc.O_NOFOLLOW, InRoot);

    /// <summary>Creates a file that must not exist yet (O_EXCL, O_NOFOLLOW), open for reading and writing.</summary>
    /// <remarks>The mode is set as given, whatever the process's umask is.</remarks>
    public SafeFileHandle CreateFile(RelativePath path, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        RefuseRoot(path);
        using var parent = OpenParent(path, InRoot);
        var handle = CreateAt(parent.Handle, path);
        if (Libc.fchmod(handle, (uint)mode) == 0)
            return handle;
        var failure = FileSystemException.FromLastError("set the mode of", Describe(path));
        handle.Dispose();
        throw failure;
    }

    /// <summary>The entry itself: a symbolic link is not followed. Null when it does not exist.</summary>
    public FileStatus? Stat(RelativePath path) => Stat(path, Libc.O_NOFOLLOW);

    /// <summary>What a path leads to, links followed inside the directory. Null when it does not exist.</summary>
    public FileStatus? StatTarget(RelativePath path) => Stat(path, 0);

    /// <summary>Whether an entry of that name exists; a dangling link does.</summary>
    public bool Exists(RelativePath path) => Stat(path) is not null;

    /// <summary>The bytes that a symbolic link holds, as text.</summary>
    public string ReadLink(RelativePath path) => System.Text.Encoding.UTF8.GetString(ReadLinkBytes(path));

    /// <summary>Makes sure that the entries of this directory itself are on disk (fsync).</summary>
    public void Flush()
    {
        if (Libc.fsync(_handle) != 0)
            throw FileSystemException.FromLastError("flush", DisplayPath);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>A path for a message.</summary>
    internal string Describe(RelativePath path) => path.IsRoot ? DisplayPath : $"{DisplayPath.TrimEnd('/')}/{path}";

    internal byte[] ReadLinkBytes(RelativePath path)
    {
        using var link = OpenOrThrow("read link", path, Libc.O_PATH | Libc.O_NOFOLLOW, InRoot);
        return ReadLinkBytes(link, new EntryName(this, path));
    }

    /// <summary>What a link holds that was opened itself.</summary>
    internal static byte[] ReadLinkBytes(SafeFileHandle link, EntryName name)
    {
        Span<byte> buffer = stackalloc byte[4096];
        var length = Libc.readlinkat(link, "\0"u8, buffer, (nuint)buffer.Length);
        return length < 0 ? throw FileSystemException.FromLastError("read link", name.ToString()) : buffer[..(int)length].ToArray();
    }

    /// <summary>Opens by path bytes that end with a NUL; on failure an invalid handle, and the error number in <paramref name="error"/>.</summary>
    internal static SafeFileHandle OpenAt(SafeFileHandle directory, ReadOnlySpan<byte> terminated, int flags, uint mode, ulong resolve, out int error)
    {
        var how = new OpenHow { Flags = (ulong)(flags | Libc.O_CLOEXEC), Mode = mode, Resolve = resolve };
        error = 0;
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            var descriptor = Libc.openat2(directory, terminated, in how);
            if (descriptor >= 0)
                return new SafeFileHandle(descriptor, ownsHandle: true);
            error = Marshal.GetLastPInvokeError();
            // EXDEV tells of a mount, and of what was moved out of the directory while it was opened: the one stays, the other is gone by then.
            if (error is not (Errno.EAGAIN or Errno.EINTR or Errno.EXDEV))
                break;
        }

        return new SafeFileHandle(-1, ownsHandle: false);
    }

    internal static FileStatus StatHandle(SafeFileHandle handle, EntryName name) =>
        Libc.statx(handle, "\0"u8, Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, out var status) == 0
            ? FileStatus.From(in status)
            : throw FileSystemException.FromLastError("stat", name.ToString());

    internal SafeFileHandle OpenOrThrow(string operation, RelativePath path, int flags, ulong resolve)
    {
        var handle = OpenAt(_handle, path.Terminated, flags, 0, resolve, out var error);
        return handle.IsInvalid ? throw new FileSystemException(operation, Describe(path), error) : handle;
    }

    /// <summary>Opens the directory that holds the path's last component. The caller may then use that name alone, which the kernel never follows.</summary>
    internal ParentDirectory OpenParent(RelativePath path, ulong resolve)
    {
        if (TryOpenParent(path, resolve, out var error) is { } parent)
            return parent;
        throw new FileSystemException("open the directory of", Describe(path), error);
    }

    internal ParentDirectory? TryOpenParent(RelativePath path, ulong resolve, out int error)
    {
        error = 0;
        var name = path.ParentBytes;
        if (name.IsEmpty)
            return new ParentDirectory(_handle, owned: false);

        Span<byte> terminated = name.Length < 512 ? stackalloc byte[name.Length + 1] : new byte[name.Length + 1];
        name.CopyTo(terminated);
        terminated[^1] = 0;
        var handle = OpenAt(_handle, terminated, Libc.O_PATH | Libc.O_DIRECTORY, 0, resolve, out error);
        return handle.IsInvalid ? null : new ParentDirectory(handle, owned: true);
    }

    internal SafeFileHandle CreateAt(SafeFileHandle parent, RelativePath path)
    {
        var handle = OpenAt(parent, path.TerminatedName, Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW, 0x180, InRoot, out var error);
        return handle.IsInvalid ? throw new FileSystemException("create", Describe(path), error) : handle;
    }

    private static void RefuseRoot(RelativePath path)
    {
        if (path.IsRoot)
            throw new ArgumentException("the path must name an entry below the directory, not the directory itself", nameof(path));
    }

    private SafeFileHandle OpenRegular(RelativePath path, FileAccess access, int flags, ulong resolve)
    {
        RefuseRoot(path);
        var mode = access switch
        {
            FileAccess.Read => Libc.O_RDONLY,
            FileAccess.Write => Libc.O_WRONLY,
            _ => Libc.O_RDWR,
        };
        // O_NONBLOCK: opening a FIFO that somebody put in the file's place must not hang.
        var handle = OpenOrThrow("open", path, mode | Libc.O_NONBLOCK | Libc.O_NOCTTY | flags, resolve);
        if (StatHandle(handle, new EntryName(this, path)).Type == FileType.Regular)
            return handle;
        handle.Dispose();
        throw new IOException($"'{DisplayText.Of(Describe(path))}' is not a regular file");
    }

    private FileStatus? Stat(RelativePath path, int flags)
    {
        using var handle = OpenAt(_handle, path.Terminated, Libc.O_PATH | flags, 0, InRoot, out var error);
        if (!handle.IsInvalid)
            return StatHandle(handle, new EntryName(this, path));
        return error is Errno.ENOENT or Errno.ENOTDIR ? null : throw new FileSystemException("stat", Describe(path), error);
    }
}
