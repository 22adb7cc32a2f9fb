using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Writes entries on a thread of its own, in the order in which they come: while it reads and writes what files hold, their
/// successors are looked up and opened.
/// </summary>
internal sealed class TarWriterThread : IDisposable
{
    // So many at once: to wake a thread costs more than to write a small file.
    private const int BatchLength = 32;

    // So few that no more than a hundred files are open at once.
    private const int WaitingBatches = 2;

    private readonly TarWriter _writer;
    private readonly OrderedWorker<List<Item>> _worker;
    private List<Item> _batch = new(BatchLength);

    internal TarWriterThread(TarWriter writer, CancellationToken cancellationToken)
    {
        _writer = writer;
        _worker = new OrderedWorker<List<Item>>(batch => Write(batch, cancellationToken), Discard, WaitingBatches);
    }

    /// <summary>Writes an entry without content.</summary>
    internal void Add(TarEntry entry) => Add(entry, null);

    /// <summary>Writes a file's entry with exactly <see cref="TarEntry.Size"/> bytes of content, and closes the file.</summary>
    internal void Add(TarEntry entry, SafeFileHandle? content)
    {
        _batch.Add(new Item(entry, content));
        if (_batch.Count == BatchLength)
            HandOver();
    }

    /// <summary>Waits until all that was added is written.</summary>
    internal void Drain()
    {
        if (_batch.Count > 0)
            HandOver();
        _worker.Drain();
    }

    public void Dispose()
    {
        _worker.Dispose();
        Discard(_batch);
    }

    private void HandOver()
    {
        _worker.Add(_batch);
        _batch = new List<Item>(BatchLength);
    }

    private void Write(List<Item> batch, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var (entry, content) in batch)
            {
                if (content is null)
                    _writer.WriteHeader(entry);
                else
                    _writer.WriteFile(entry, content, cancellationToken);
                content?.Dispose();
            }
        }
        catch
        {
            Discard(batch);
            throw;
        }
    }

    private static void Discard(List<Item> batch)
    {
        foreach (var item in batch)
            item.Content?.Dispose();
    }

    private readonly record struct Item(TarEntry Entry, SafeFileHandle? Content);
}
