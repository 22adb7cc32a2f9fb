using System.Runtime.ExceptionServices;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Reads a stream ahead on a thread of its own, so that one core unpacks while another writes. What it reads, and where it fails, is what reading the stream itself
/// gives: a fault comes once all before it was read.
/// </summary>
internal sealed class AheadStream : ReadOnlyStream
{
    /// <summary>Bytes that are read without a thread: many archives are looked into only, and not worth one.</summary>
    internal const int Threshold = 1 << 20;

    private const int BufferSize = 512 * 1024;
    private const int Buffers = 4;

    private readonly Stream _source;
    private readonly object _gate = new();
    private readonly byte[][] _buffers = new byte[Buffers][];
    private readonly int[] _lengths = new int[Buffers];
    private Thread? _thread;
    private ExceptionDispatchInfo? _fault;
    private int _readable;
    private bool _ended;
    private bool _abandoned;
    private int _alone;
    private int _current;
    private int _offset;

    /// <summary>Reads a stream that becomes its own.</summary>
    internal AheadStream(Stream source) => _source = source;

    /// <summary>What was read already, at least a byte; empty at the end.</summary>
    /// <param name="isAhead">Whether the thread is there. As long as it is not, nothing is seen and <see cref="Read(Span{byte})"/> gives what comes next.</param>
    internal ReadOnlySpan<byte> Peek(out bool isAhead)
    {
        isAhead = _thread is not null || (_alone >= Threshold && TryStart());
        return isAhead ? Await() : default;
    }

    /// <summary>Takes bytes of what was seen last.</summary>
    internal void Advance(int count)
    {
        _offset += count;
        if (_offset < _lengths[_current])
            return;
        (_current, _offset) = ((_current + 1) % Buffers, 0);
        lock (_gate)
        {
            _readable--;
            Monitor.Pulse(_gate);
        }
    }

    public override int Read(Span<byte> buffer)
    {
        var ready = Peek(out var isAhead);
        if (!isAhead)
        {
            var alone = _source.Read(buffer);
            _alone = Math.Min(_alone + alone, Threshold);
            return alone;
        }

        var count = Math.Min(ready.Length, buffer.Length);
        if (count == 0)
            return 0;
        ready[..count].CopyTo(buffer);
        Advance(count);
        return count;
    }

    internal override bool TrySkip(long count)
    {
        while (count > 0)
        {
            var ready = Peek(out var isAhead);
            // Until the thread is there the bytes go through a buffer, and are counted.
            if (!isAhead)
            {
                var part = Math.Min(count, Threshold);
                if (!TryDiscard(this, part))
                    return false;
                count -= part;
                continue;
            }

            if (ready.IsEmpty)
                return false;
            var taken = (int)Math.Min(count, ready.Length);
            Advance(taken);
            count -= taken;
        }

        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            if (_thread is not null)
            {
                lock (_gate)
                {
                    _abandoned = true;
                    Monitor.Pulse(_gate);
                }

                _thread.Join();
                _thread = null;
            }

            _source.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool TryStart()
    {
        if (Environment.ProcessorCount < 2)
            return false;
        for (var i = 0; i < Buffers; i++)
            _buffers[i] = GC.AllocateUninitializedArray<byte>(BufferSize);
        _thread = new Thread(ReadAhead) { IsBackground = true, Name = "unpacking" };
        _thread.Start();
        return true;
    }

    private ReadOnlySpan<byte> Await()
    {
        if (_offset == 0)
        {
            lock (_gate)
            {
                while (_readable == 0 && !_ended)
                    Monitor.Wait(_gate);
                if (_readable == 0)
                {
                    _fault?.Throw();
                    return default;
                }
            }
        }

        return _buffers[_current].AsSpan(_offset, _lengths[_current] - _offset);
    }

    private void ReadAhead()
    {
        for (var next = 0; TryAwaitRoom(); next = (next + 1) % Buffers)
        {
            var length = 0;
            ExceptionDispatchInfo? fault = null;
            var ended = false;
            try
            {
                while (length < BufferSize && !ended)
                {
                    var count = _source.Read(_buffers[next], length, BufferSize - length);
                    ended = count == 0;
                    length += count;
                }
            }
            // It is the reader's, when it has come so far.
            catch (Exception e)
            {
                fault = ExceptionDispatchInfo.Capture(e);
            }

            lock (_gate)
            {
                _lengths[next] = length;
                _readable += length > 0 ? 1 : 0;
                (_fault, _ended) = (fault, ended || fault is not null);
                Monitor.Pulse(_gate);
                if (_ended)
                    return;
            }
        }
    }

    private bool TryAwaitRoom()
    {
        lock (_gate)
        {
            while (_readable == Buffers && !_abandoned)
                Monitor.Wait(_gate);
            return !_abandoned;
        }
    }
}
