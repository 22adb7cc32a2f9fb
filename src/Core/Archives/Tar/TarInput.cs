using System.Buffers;
using System.Runtime.InteropServices;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>The bytes of a tar archive: read in blocks and in pieces, passed over by seeking where the stream can.</summary>
/// <param name="stream">The archive, without its compression.</param>
/// <param name="current">The entry that faults are told of.</param>
internal sealed class TarInput(Stream stream, TarEntry current) : IDisposable
{
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
        if (stream is not DecompressedStream)
            return;
        (_start, _end) = (0, 0);
        for (int count; (count = ReadStream(_buffer)) > 0; maxLength -= count)
        {
            if (count > maxLength)
                throw current.Refuse(ArchiveRefusal.ArchiveTooLarge, "too much follows the end of the archive");
        }
    }

    /// <summary>Lets the kernel copy the next bytes from file to file. Where it cannot, the rest is the caller's to read and write.</summary>
    /// <returns>Bytes copied.</returns>
    internal long CopyRange(SafeFileHandle destination, long position, long length, CancellationToken cancellationToken)
    {
        if (stream is not HandleStream source)
            return 0;
        var from = source.Position - (_end - _start);
        long copied = 0;
        while (copied < length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Libc.copy_file_range(source.Handle, ref from, destination, ref position, (nuint)Math.Min(length - copied, 64L << 20), 0);
            if (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
                continue;
            // File systems that cannot (EXDEV, EINVAL, EOPNOTSUPP, …) are read and written; a real fault shows there again.
            if (count <= 0)
                break;
            Skip(count);
            copied += count;
        }

        return copied;
    }

    internal ArchiveRefusedException Truncated() => current.Refuse(ArchiveRefusal.Truncated, "the archive ends in or after this entry");

    public void Dispose() => ArrayPool<byte>.Shared.Return(_buffer);

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
