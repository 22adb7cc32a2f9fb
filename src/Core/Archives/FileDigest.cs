using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives;

/// <summary>
/// The SHA-256 of a file that is still being written: a thread of its own reads, out of the page cache, what the writer says is final, so that hashing takes
/// its time beside the copying and not after it.
/// </summary>
internal sealed class FileDigest : IDisposable
{
    private const int BufferSize = 256 * 1024;

    private readonly object _gate = new();
    private readonly SafeFileHandle _file;
    private readonly Task<string> _hashing;
    private long _final;
    private bool _ended;
    private bool _abandoned;

    internal FileDigest(SafeFileHandle file)
    {
        _file = file;
        _hashing = Task.Factory.StartNew(Hash, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Says that the bytes before a position will not change any more.</summary>
    internal void Advance(long position) => Tell(() => _final = position);

    /// <summary>Says that all is written, and waits for the digest: <c>sha256:</c> and 64 hexadecimal digits.</summary>
    internal string Complete(long length)
    {
        Tell(() => (_final, _ended) = (length, true));
        return _hashing.GetAwaiter().GetResult();
    }

    /// <summary>Ends the thread, whose handle may be closed then.</summary>
    public void Dispose()
    {
        Tell(() => _abandoned = _ended = true);
        // A fault was told by Complete, or is that of a digest which nobody wants any more.
        Task.WaitAny(_hashing);
    }

    private void Tell(Action change)
    {
        lock (_gate)
        {
            change();
            Monitor.Pulse(_gate);
        }
    }

    private string Hash()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            for (long position = 0; Await(position) is var final and >= 0 && final > position;)
            {
                for (int count; position < final && !Volatile.Read(ref _abandoned); position += count)
                {
                    count = RandomAccess.Read(_file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, final - position)), position);
                    if (count == 0)
                        throw new EndOfStreamException($"the archive has {position} bytes where {final} were written");
                    hash.AppendData(buffer, 0, count);
                }
            }

            return $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // Until there is more than was read, or nothing more will come: then it is the position itself.
    private long Await(long position)
    {
        lock (_gate)
        {
            while (_final == position && !_ended)
                Monitor.Wait(_gate);
            return _abandoned ? position : _final;
        }
    }
}
