using System.Runtime.ExceptionServices;
using CheckpointOperator.Core.FileSystem;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Copies large files of a plain archive side by side, on threads of their own, while the reader passes over them: two files are copied twice as fast as one after the
/// other, where two threads in one file are slower than one. It knows a file by its descriptor alone, as <see cref="SmallFiles"/> does.
/// </summary>
/// <param name="policy">What entries may bring along.</param>
/// <param name="atOnce">How many files are copied at once; below 2 none are taken.</param>
internal sealed class SideCopies(ExtractionPolicy policy, int atOnce) : IDisposable
{
    /// <summary>Bytes from which on a file is worth a thread.</summary>
    internal const long MinLength = 4L << 20;

    private readonly SemaphoreSlim _room = new(Math.Max(atOnce, 1));
    private readonly List<Task> _copies = [];
    private ExceptionDispatchInfo? _fault;

    /// <summary>Takes a new file, and where the reader's entry has its content, if it can be copied without the reader.</summary>
    /// <param name="reader">At the entry, of whose content nothing was read yet.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="file">The new file; closed when it was taken.</param>
    /// <param name="name">The file's name in messages.</param>
    /// <param name="cancellationToken">Ends the waiting for room, and the copy.</param>
    internal bool TryTake(TarReader reader, TarEntry entry, SafeFileHandle file, EntryName name, CancellationToken cancellationToken)
    {
        if (atOnce < 2 || entry.Size < MinLength)
            return false;
        _room.Wait(cancellationToken);
        _fault?.Throw();
        if (reader.TakeContent() is not { } content)
        {
            _room.Release();
            return false;
        }

        var metadata = new FileMetadata(entry, policy);
        var (shown, index) = (entry.DisplayName, entry.Index);
        _copies.RemoveAll(static copy => copy.IsCompleted);
        _copies.Add(Task.Factory.StartNew(Copy, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        return true;

        void Copy()
        {
            try
            {
                using (file)
                {
                    if (!content.TryCopyTo(file, cancellationToken))
                        throw new ArchiveRefusedException(ArchiveRefusal.Truncated, shown, index, TarInput.EndsTooEarly);
                    EntryMetadata.SetFile(file, metadata, policy, name);
                }
            }
            // Told where the next one is taken, or at the end.
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _fault, ExceptionDispatchInfo.Capture(e), null);
            }
            finally
            {
                _room.Release();
            }
        }
    }

    /// <summary>Waits until all is written.</summary>
    internal void Complete()
    {
        Task.WaitAll(_copies);
        _fault?.Throw();
    }

    /// <summary>Ends what was taken: what came before a refused entry is whole.</summary>
    public void Dispose()
    {
        Task.WaitAll(_copies);
        _room.Dispose();
    }
}
