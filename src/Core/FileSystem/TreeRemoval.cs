using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.FileSystem;

/// <summary>Empties a directory without crossing a mount point and without recursion on the stack, however deep the tree is.</summary>
internal static class TreeRemoval
{
    private const ulong Beneath = Libc.RESOLVE_BENEATH | Libc.RESOLVE_NO_SYMLINKS | Libc.RESOLVE_NO_XDEV;

    internal static void RemoveContent(SafeFileHandle parent, ReadOnlySpan<byte> terminatedName, string display)
    {
        var levels = new Stack<Level>();
        try
        {
            levels.Push(Open(parent, terminatedName.ToArray(), display));
            while (levels.TryPeek(out var level))
            {
                if (level.Names.TryPop(out var name))
                {
                    if (Libc.unlinkat(level.Handle, name, 0) == 0)
                        continue;
                    if (Libc.unlinkat(level.Handle, name, Libc.AT_REMOVEDIR) != 0)
                        levels.Push(Open(level.Handle, name, display));
                    continue;
                }

                levels.Pop().Dispose();
                if (levels.TryPeek(out var above) && Libc.unlinkat(above.Handle, level.Name, Libc.AT_REMOVEDIR) != 0)
                    throw FileSystemException.FromLastError("remove", $"{display}/…/{DisplayText.Of(level.Name.AsSpan()[..^1])}");
            }
        }
        finally
        {
            while (levels.TryPop(out var level))
                level.Dispose();
        }
    }

    private static Level Open(SafeFileHandle parent, byte[] name, string display)
    {
        var handle = RootDirectory.OpenAt(parent, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, 0, Beneath, out var error);
        if (handle.IsInvalid)
            throw new FileSystemException("remove", $"{display}/…/{DisplayText.Of(name.AsSpan()[..^1])}", error);
        var names = new Stack<byte[]>();
        foreach (var (entry, _) in DirectoryReader.Read(handle, display))
            names.Push(entry);
        return new Level(handle, name, names);
    }

    private sealed record Level(SafeFileHandle Handle, byte[] Name, Stack<byte[]> Names) : IDisposable
    {
        public void Dispose() => Handle.Dispose();
    }
}
