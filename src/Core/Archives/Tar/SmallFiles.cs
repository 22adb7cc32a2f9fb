using System.Buffers;
using CheckpointOperator.Core.FileSystem;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Fills small files, gives them owner, mode and times, and closes them, on a thread of its own, while the next ones are made. It knows a file by its
/// descriptor alone: names are made, replaced and removed by the archive's reader, in the archive's order.
/// </summary>
internal sealed class SmallFiles : IDisposable
{
    /// <summary>Bytes of the largest file that is taken.</summary>
    internal const int MaxLength = 64 * 1024;

    // So many at once: to wake a thread costs more than to write a small file. No more than a hundred files or so are open at once.
    private const int BatchLength = 32;
    private const int BatchBytes = 256 * 1024;
    private const int WaitingBatches = 2;

    private readonly ExtractionPolicy _policy;
    private readonly OrderedWorker<Batch> _worker;
    private Batch? _batch;

    internal SmallFiles(ExtractionPolicy policy)
    {
        _policy = policy;
        _worker = new OrderedWorker<Batch>(Fill, static batch => batch.Dispose(), WaitingBatches);
    }

    /// <summary>Takes a new file, and what the reader has for it. False when it is too large.</summary>
    internal bool TryTake(TarReader reader, TarEntry entry, SafeFileHandle file, EntryName name)
    {
        if (entry.Size > MaxLength || reader.Sparse is not null)
            return false;
        if (_batch is { } begun && (begun.Files.Count == BatchLength || begun.Length + entry.Size > BatchBytes))
            HandOver();
        _batch ??= new Batch();
        var content = _batch.Content.AsSpan(_batch.Length, (int)entry.Size);
        for (var rest = content; !rest.IsEmpty;)
            rest = rest[reader.Read(rest)..];
        _batch.Files.Add(new NewFile(file, name, content.Length, new FileMetadata(entry, _policy)));
        _batch.Length += content.Length;
        return true;
    }

    /// <summary>Waits until all is written.</summary>
    internal void Complete()
    {
        HandOver();
        _worker.Drain();
    }

    /// <summary>Ends what was taken: what came before a refused entry is whole.</summary>
    public void Dispose()
    {
        try
        {
            HandOver();
        }
        finally
        {
            _worker.Dispose();
            _batch?.Dispose();
        }
    }

    private void HandOver()
    {
        if (_batch is null)
            return;
        _worker.Add(_batch);
        _batch = null;
    }

    private void Fill(Batch batch)
    {
        using (batch)
        {
            var start = 0;
            foreach (var file in batch.Files)
            {
                using (file.Handle)
                {
                    RandomAccess.Write(file.Handle, batch.Content.AsSpan(start, file.Length), 0);
                    EntryMetadata.SetFile(file.Handle, file.Metadata, _policy, file.Name);
                }

                start += file.Length;
            }
        }
    }

    private readonly record struct NewFile(SafeFileHandle Handle, EntryName Name, int Length, FileMetadata Metadata);

    private sealed class Batch : IDisposable
    {
        internal byte[] Content { get; } = ArrayPool<byte>.Shared.Rent(BatchBytes);

        internal int Length { get; set; }

        internal List<NewFile> Files { get; } = new(BatchLength);

        public void Dispose()
        {
            Files.ForEach(static file => file.Handle.Dispose());
            ArrayPool<byte>.Shared.Return(Content);
        }
    }
}
