using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>The bytes of a tar archive: read in blocks and in pieces, passed over by seeking where the stream can.</summary>
/// <param name="stream">The archive, without its compression.</param>
/// <param name="current">The entry that faults are told of.</param>
internal sealed class TarInput(Stream stream, TarEntry current) : IDisposable
{
    internal const string EndsTooEarly = "the archive ends in or after this entry";

    private const int BufferSize = 16 * 1024;

    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _start;
    private int _end;
    private bool _any;

    /// <summary>The next block, valid until the next call; false at the end of an archive without any block.</summary>
    internal bool TryReadBlock(out ReadOnlySpan<byte> block)
    {
        block = default;
        if (_end - _start < TarHeader.BlockSize)
            Fill(TarHeader.BlockSize);
        var available = _end - _start;
        if (available == 0 && !_any)
            return false;
        if (available < TarHeader.BlockSize)
            throw Truncated();
        _any = true;
        block = _buffer.AsSpan(_start, TarHeader.BlockSize);
        _start += TarHeader.BlockSize;
        return true;
    }

    /// <summary>Reads some bytes, at least one.</summary>
    internal int Read(Span<byte> destination)
    {
        int count;
        if (_start == _end && destination.Length >= BufferSize)
        {
            count = ReadStream(destination);
        }
        else
        {
            if (_start == _end)
                Fill(1);
            count = Math.Min(destination.Length, _end - _start);
            _buffer.AsSpan(_start, count).CopyTo(destination);
            _start += count;
        }

        return count > 0 || destination.IsEmpty ? count : throw Truncated();
    }

    internal void ReadExactly(Span<byte> destination)
    {
        while (!destination.IsEmpty)
            destination = destination[Read(destination)..];
    }

    internal void Skip(long count)
    {
        var buffered = (int)Math.Min(count, _end - _start);
        _start += buffered;
        count -= buffered;
        if (count == 0)
            return;
        if (!TrySkipStream(count))
            throw Truncated();
    }

    /// <summary>
    /// Reads on to the end of a compressed archive, where the checksum of its last part stands: behind the end of a tar there may be
    /// more in it, which is not looked at. Nothing is read of a plain archive.
    /// </summary>
    /// <param name="maxLength">Unpacked bytes that there may be.</param>
    internal void VerifyEnd(long maxLength)
    {
        if (stream is not AheadStream)
            return;
        (_start, _end) = (0, 0);
        for (int count; (count = ReadStream(_buffer)) > 0; maxLength -= count)
        {
            if (count > maxLength)
                throw current.Refuse(ArchiveRefusal.ArchiveTooLarge, "too much follows the end of the archive");
        }
    }

    /// <summary>Copies the next bytes into a file without reading them first: by the kernel from file to file, or as they were unpacked. What is left is the caller's to read and write.</summary>
    /// <returns>Bytes copied.</returns>
    internal long CopyRange(SafeFileHandle destination, long position, long length, CancellationToken cancellationToken)
    {
        if (Range(length) is { } range)
        {
            var copied = range.CopyInKernel(destination, position, cancellationToken);
            Skip(copied);
            return copied;
        }

        return stream is AheadStream ahead ? WriteUnpacked(ahead, destination, position, length, cancellationToken) : 0;
    }

    /// <summary>Where the next bytes are, in a file; null when they are not as they are in one.</summary>
    internal FileRange? Range(long length) =>
        stream is HandleStream source ? new FileRange(source.Handle, source.Position - (_end - _start), length) : null;

    internal ArchiveRefusedException Truncated() => current.Refuse(ArchiveRefusal.Truncated, EndsTooEarly);

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

    // From the very buffers into which they were unpacked.
    private long WriteUnpacked(AheadStream ahead, SafeFileHandle destination, long position, long length, CancellationToken cancellationToken)
    {
        if (_start < _end)
            return 0;
        long written = 0;
        while (written < length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var ready = Peek(ahead);
            if (ready.IsEmpty)
                break;
            ready = ready[..(int)Math.Min(ready.Length, length - written)];
            RandomAccess.Write(destination, ready, position + written);
            ahead.Advance(ready.Length);
            written += ready.Length;
        }

        return written;
    }

    private ReadOnlySpan<byte> Peek(AheadStream ahead)
    {
        try
        {
            return ahead.Peek(out _);
        }
        catch (ArchiveRefusedException e) when (e.Index < 0)
        {
            throw At(e);
        }
    }

    private void Fill(int wanted)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        _end -= _start;
        _start = 0;
        while (_end < wanted && ReadStream(_buffer.AsSpan(_end, BufferSize - _end)) is var count and > 0)
            _end += count;
    }

    private int ReadStream(Span<byte> destination)
    {
        try
        {
            return stream.Read(destination);
        }
        catch (ArchiveRefusedException e) when (e.Index < 0)
        {
            throw At(e);
        }
    }

    private bool TrySkipStream(long count)
    {
        if (stream.CanSeek)
        {
            if (stream.Length - stream.Position < count)
                return false;
            stream.Seek(count, SeekOrigin.Current);
            return true;
        }

        try
        {
            return stream is ReadOnlyStream forward ? forward.TrySkip(count) : ReadOnlyStream.TryDiscard(stream, count);
        }
        catch (ArchiveRefusedException e) when (e.Index < 0)
        {
            throw At(e);
        }
    }

    // Decompression does not know which entry it is at.
    private ArchiveRefusedException At(ArchiveRefusedException e) => current.Refuse(e.Reason, e.Detail, e);
}
