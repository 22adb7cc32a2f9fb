using System.Runtime.ExceptionServices;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>A second thread that does what it is handed, in that order. What fails there is thrown here, by the next call; nothing after it is done.</summary>
/// <param name="work">What is done with an item.</param>
/// <param name="discard">What is done instead with one that comes after a failure.</param>
/// <param name="capacity">Items that may wait.</param>
internal sealed class OrderedWorker<T>(Action<T> work, Action<T> discard, int capacity) : IDisposable
{
    private readonly object _gate = new();
    private readonly Queue<T> _items = new(capacity);
    private Thread? _thread;
    private ExceptionDispatchInfo? _fault;
    private bool _isEnded;

    /// <summary>Hands an item over, as soon as there is room.</summary>
    internal void Add(T item)
    {
        lock (_gate)
        {
            while (!TryAdd(item))
                Monitor.Wait(_gate);
        }
    }

    /// <summary>Hands an item over; false when so many wait already that one had better do it oneself.</summary>
    internal bool TryAdd(T item)
    {
        lock (_gate)
        {
            _fault?.Throw();
            if (_items.Count == capacity)
                return false;
            _items.Enqueue(item);
            Monitor.PulseAll(_gate);
            if (_thread is null)
            {
                _thread = new Thread(Run) { IsBackground = true, Name = "checkpoint files" };
                _thread.Start();
            }

            return true;
        }
    }

    /// <summary>Whether one of the items that are not done yet is such.</summary>
    internal bool Any(Func<T, bool> isSuch)
    {
        lock (_gate)
            return _items.Any(isSuch);
    }

    /// <summary>Waits until all is done.</summary>
    internal void Drain()
    {
        lock (_gate)
        {
            while (_items.Count > 0)
                Monitor.Wait(_gate);
            _fault?.Throw();
        }
    }

    /// <summary>Ends what was handed over, and the thread. A fault that nobody was told of is dropped: its user is on the way of another.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isEnded = true;
            Monitor.PulseAll(_gate);
        }

        _thread?.Join();
    }

    private void Run()
    {
        while (TryPeek(out var item, out var isWanted))
        {
            try
            {
                (isWanted ? work : discard)(item);
            }
            catch (Exception e)
            {
                lock (_gate)
                    _fault ??= ExceptionDispatchInfo.Capture(e);
            }

            lock (_gate)
            {
                // Until it is done it counts as one that waits.
                _items.Dequeue();
                Monitor.PulseAll(_gate);
            }
        }
    }

    private bool TryPeek(out T item, out bool isWanted)
    {
        lock (_gate)
        {
            while (_items.Count == 0 && !_isEnded)
                Monitor.Wait(_gate);
            isWanted = _fault is null;
            return _items.TryPeek(out item!);
        }
    }
}
