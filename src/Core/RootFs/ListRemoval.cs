using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.RootFs;

/// <summary>
/// Removes the paths of a list where nothing is mounted: those of one folder by its handle, and, when there are many, on two threads. Each folder's
/// time stays as it was.
/// </summary>
internal sealed class ListRemoval : IDisposable
{
    // As many as are worth waking a thread for.
    private const int BatchLength = 16;

    private readonly RootDirectory _root;
    private readonly OrderedWorker<Batch> _worker;
    private Batch? _batch;
    private int _removed;

    internal ListRemoval(RootDirectory root)
    {
        _root = root;
        _worker = new OrderedWorker<Batch>(Remove, static batch => batch.Folder.Dispose(), capacity: 2);
    }

    /// <summary>Removes a path, now or a little later.</summary>
    internal void Add(int index, RelativePath path)
    {
        if (_batch is { } begun && !begun.Holds(path))
            Flush();
        if (_batch is { Entries.Count: BatchLength } full)
        {
            Flush();
            _batch = Begin(path, full.Modified);
        }

        _batch ??= Begin(path, null);
        if (_batch is not null)
            _batch.Entries.Add((index, path));
        else
            // A link is on the way, or the folder is not there.
            DeletedFiles.Guard(index, path, one => _removed += _root.Remove(one, tree: true, keepFolderTime: true) ? 1 : 0);
    }

    /// <summary>Waits until all is removed.</summary>
    /// <returns>Number of paths that there were.</returns>
    internal int Complete()
    {
        if (_batch is { } last)
        {
            _batch = null;
            Remove(last);
        }

        _worker.Drain();
        return _removed;
    }

    public void Dispose()
    {
        _worker.Dispose();
        _batch?.Folder.Dispose();
    }

    private void Flush()
    {
        if (_batch is not { } batch)
            return;
        _batch = null;
        if (!_worker.TryAdd(batch))
            Remove(batch);
    }

    /// <summary>Opens the folder of a path; null when it cannot be had without following a link.</summary>
    private Batch? Begin(RelativePath path, UnixTime? modified)
    {
        var folder = path.Parent;
        // What goes on in a folder must not meet what goes on above or below it: the order of the list holds.
        if (_worker.Any(batch => batch.Path != folder && (batch.Path.IsAtOrBelow(folder) || folder.IsAtOrBelow(batch.Path))))
            _worker.Drain();
        var handle = RootDirectory.OpenAt(
            _root.Handle, folder.Terminated, Libc.O_PATH | Libc.O_DIRECTORY, 0, RootDirectory.InRoot | Libc.RESOLVE_NO_XDEV | Libc.RESOLVE_NO_SYMLINKS, out _);
        if (handle.IsInvalid)
        {
            _worker.Drain();
            return null;
        }

        return new Batch(handle, folder, modified ?? RootDirectory.StatHandle(handle, new EntryName(_root, folder)).Modified);
    }

    private void Remove(Batch batch)
    {
        using var folder = batch.Folder;
        var removed = 0;
        foreach (var (index, path) in batch.Entries)
            DeletedFiles.Guard(index, path, one => removed += TreeRemoval.RemoveUnmounted(folder, one.TerminatedName, new EntryName(_root, one)) ? 1 : 0);
        if (removed > 0)
            RootDirectory.SetFolderTime(folder, batch.Modified, new EntryName(_root, batch.Path));
        Interlocked.Add(ref _removed, removed);
    }

    private sealed record Batch(SafeFileHandle Folder, RelativePath Path, UnixTime Modified)
    {
        internal List<(int Index, RelativePath Path)> Entries { get; } = new(BatchLength);

        internal bool Holds(RelativePath path) => path.ParentBytes.SequenceEqual(Path.Bytes);
    }
}
