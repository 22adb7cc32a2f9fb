using System.Threading.Channels;

namespace CheckpointOperator.Kubernetes.Queues;

/// <summary>Keys that wait for work. A key waits once however often it is added, is never worked on twice at once,
/// and is worked on again if it was added meanwhile. The rules are those of client-go's util/workqueue/queue.go.</summary>
/// <typeparam name="TKey">The key.</typeparam>
public sealed class WorkQueue<TKey>
    where TKey : notnull
{
    private readonly Lock _lock = new();
    private readonly Channel<TKey> _ready = Channel.CreateUnbounded<TKey>();
    private readonly HashSet<TKey> _dirty = [];
    private readonly HashSet<TKey> _processing = [];
    private bool _closed;

    /// <summary>How many keys wait.</summary>
    public int Count => _ready.Reader.Count;

    /// <summary>Adds a key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>False once the queue is closed.</returns>
    public bool Add(TKey key)
    {
        lock (_lock)
        {
            if (_closed)
                return false;
            // One that is worked on is handed out again by Done.
            if (_dirty.Add(key) && !_processing.Contains(key))
                _ready.Writer.TryWrite(key);
            return true;
        }
    }

    /// <summary>Takes the next key; <see cref="Done"/> has to follow.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="ChannelClosedException">The queue is closed and empty.</exception>
    public async ValueTask<TKey> TakeAsync(CancellationToken cancellationToken)
    {
        TKey key = await _ready.Reader.ReadAsync(cancellationToken).ConfigureAwait(false);
        lock (_lock)
        {
            _processing.Add(key);
            _dirty.Remove(key);
        }
        return key;
    }

    /// <summary>Ends the work on a key.</summary>
    /// <param name="key">The key.</param>
    public void Done(TKey key)
    {
        lock (_lock)
        {
            _processing.Remove(key);
            if (_dirty.Contains(key))
                _ready.Writer.TryWrite(key);
        }
    }

    /// <summary>Takes no more keys.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _closed = true;
            _ready.Writer.TryComplete();
        }
    }
}
