using System.Buffers;
using System.Runtime.InteropServices;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Reads a tar archive (v7, ustar, PAX, GNU long names and base-256 numbers) entry by entry, within limits. Names come out checked and
/// normalised; what no container engine writes (sparse files, multi-volume, global PAX headers) is refused.
/// </summary>
internal sealed class TarReader : IDisposable
{
    private const int BufferSize = 16 * 1024;

    // NAME_MAX
    private const int MaxComponent = 255;

    // Each entry may have a PAX header and two GNU long names before it.
    private const int HeadersPerEntry = 4;

    // Below this a system call of its own saves nothing.
    private const int MinRangeCopy = 64 * 1024;

    private readonly Stream _stream;
    private readonly ArchiveLimits _limits;
    private readonly TarEntry _entry = new() { Index = -1 };
    private readonly byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private byte[]? _copyBuffer;
    private int _start;
    private int _end;
    private long _padding;
    private long _headers;
    private bool _any;

    internal TarReader(Stream stream, ArchiveLimits limits)
    {
        _stream = stream;
        _limits = limits;
    }

    /// <summary>Bytes of the current entry's content that were not read yet.</summary>
    internal long Remaining { get; private set; }

    /// <summary>Bytes of all entries' content so far.</summary>
    internal long TotalBytes { get; private set; }

    /// <summary>Number of entries so far.</summary>
    internal long Entries => _entry.Index + 1;

    /// <summary>The next entry, or null at the archive's end. The object is filled anew by the next call.</summary>
    internal TarEntry? Next()
    {
        Skip(Remaining);
        SkipRaw(_padding);
        _padding = 0;

        _entry.Index++;
        byte[]? longName = null, longLink = null, pax = null;
        while (true)
        {
            if (!TryReadBlock(out var block))
                return End();
            if (++_headers / HeadersPerEntry > _limits.MaxEntries || _entry.Index >= _limits.MaxEntries)
                throw new ArchiveRefusedException(ArchiveRefusal.TooManyEntries, "", _entry.Index, $"at most {_limits.MaxEntries} are read");
            if (!TarHeader.HasValidChecksum(block))
                throw new ArchiveRefusedException(ArchiveRefusal.InvalidHeader, "", _entry.Index, "the header's checksum is wrong");
            if (!TarHeader.TryRead(block, _entry, out var field))
                throw _entry.Refuse(ArchiveRefusal.InvalidNumber, $"field {field}");

            var flag = TarHeader.TypeFlag(block);
            switch (flag)
            {
                case TarHeader.PaxHeader when pax is null:
                    pax = ReadExtendedHeader();
                    break;
                case TarHeader.GnuLongName when longName is null:
                    longName = ReadExtendedHeader();
                    break;
                case TarHeader.GnuLongLink when longLink is null:
                    longLink = ReadExtendedHeader();
                    break;
                case TarHeader.PaxGlobalHeader:
                    if (PaxRecords.ChangesEntries(ReadExtendedHeader()))
                        throw _entry.Refuse(ArchiveRefusal.UnsupportedEntry, "a global PAX header may hold comments only");
                    break;
                default:
                    Accept(flag, longName, longLink, pax);
                    return _entry;
            }
        }
    }

    /// <summary>Reads the current entry's content.</summary>
    internal int Read(Span<byte> destination)
    {
        if (destination.Length > Remaining)
            destination = destination[..(int)Remaining];
        if (destination.IsEmpty)
            return 0;
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

        if (count == 0)
            throw Truncated();
        Remaining -= count;
        return count;
    }

    /// <summary>Reads the rest of the current entry's content, which must not be longer than <paramref name="maxLength"/>.</summary>
    internal byte[] ReadAll(int maxLength, ArchiveRefusal tooLarge)
    {
        if (Remaining > maxLength)
            throw _entry.Refuse(tooLarge, $"it has {Remaining} bytes, at most {maxLength} are read");
        var content = new byte[Remaining];
        for (var read = 0; read < content.Length;)
            read += Read(content.AsSpan(read));
        return content;
    }

    /// <summary>Copies the rest of the current entry's content to the start of a file.</summary>
    internal void CopyTo(SafeFileHandle destination, CancellationToken cancellationToken)
    {
        long written = 0;
        if (Remaining >= MinRangeCopy && _stream is HandleStream source)
            written = CopyRange(source, destination, cancellationToken);
        _copyBuffer ??= ArrayPool<byte>.Shared.Rent(128 * 1024);
        while (Remaining > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Read(_copyBuffer);
            RandomAccess.Write(destination, _copyBuffer.AsSpan(0, count), written);
            written += count;
        }
    }

    /// <summary>Passes over a part of the current entry's content.</summary>
    internal void Skip(long count)
    {
        SkipRaw(count);
        Remaining -= count;
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        if (_copyBuffer is not null)
            ArrayPool<byte>.Shared.Return(_copyBuffer);
    }

    private void Accept(byte flag, byte[]? longName, byte[]? longLink, byte[]? pax)
    {
        // What follows the header is told by the header itself for the long names, by a PAX record before all.
        if (longName is not null)
            _entry.RawName = TrimNul(longName);
        if (longLink is not null)
            _entry.LinkTarget = TrimNul(longLink);
        if (pax is not null && PaxRecords.Apply(pax, _entry) is var (reason, detail))
            throw _entry.Refuse(reason, detail);

        _entry.Type = flag switch
        {
            >= (byte)'0' and <= (byte)'6' => (TarEntryType)flag,
            // v7: a directory is a file whose name ends with a slash.
            0 => _entry.RawName.AsSpan().EndsWith("/"u8) ? TarEntryType.Directory : TarEntryType.Regular,
            _ => throw _entry.Refuse(ArchiveRefusal.UnsupportedEntry, $"type '{DisplayText.Of([flag])}'"),
        };
        // Only files have content; what other kinds state as size is not there (as in Go's archive/tar).
        if (_entry.Type != TarEntryType.Regular)
            _entry.Size = 0;
        CheckName();
        if (_entry.Size > _limits.MaxEntryBytes)
            throw _entry.Refuse(ArchiveRefusal.EntryTooLarge, $"it has {_entry.Size} bytes, at most {_limits.MaxEntryBytes} are read");
        if (_entry.Size > _limits.MaxTotalBytes - TotalBytes)
            throw _entry.Refuse(ArchiveRefusal.ArchiveTooLarge, $"with it the content is larger than {_limits.MaxTotalBytes} bytes");
        TotalBytes += _entry.Size;
        Remaining = _entry.Size;
        _padding = Padding(_entry.Size);
    }

    private void CheckName()
    {
        var name = _entry.RawName;
        if (name.Length > _limits.MaxNameLength || _entry.LinkTarget.Length > _limits.MaxNameLength)
            throw _entry.Refuse(ArchiveRefusal.NameTooLong, $"at most {_limits.MaxNameLength} bytes are taken");
        var fault = RelativePath.Scan(name, out var path);
        switch (fault)
        {
            case PathFault.Traversal:
                throw _entry.Refuse(ArchiveRefusal.PathTraversal, "a name must not hold '..'");
            case PathFault.Empty or PathFault.Nul:
                throw _entry.Refuse(ArchiveRefusal.InvalidName, fault == PathFault.Empty ? "the name is empty" : "the name holds a NUL");
        }

        if (name[0] == '/' && fault != PathFault.Root)
            throw _entry.Refuse(ArchiveRefusal.AbsolutePath, "a name must not start with '/'");
        if (fault == PathFault.Root && _entry.Type != TarEntryType.Directory)
            throw _entry.Refuse(ArchiveRefusal.InvalidName, "only a directory may be the archive's root");
        if (HasLongComponent(path))
            throw _entry.Refuse(ArchiveRefusal.NameTooLong, $"no file system takes a component of more than {MaxComponent} bytes");
        if (path.Depth > _limits.MaxDepth)
            throw _entry.Refuse(ArchiveRefusal.TooDeep, $"{path.Depth} components, at most {_limits.MaxDepth} are taken");
        if (_entry.LinkTarget.AsSpan().Contains((byte)0))
            throw _entry.Refuse(ArchiveRefusal.InvalidName, "the link's target holds a NUL");
        _entry.Path = path;
    }

    private byte[] ReadExtendedHeader()
    {
        var size = _entry.Size;
        if (size > _limits.MaxExtendedHeaderBytes)
            throw _entry.Refuse(ArchiveRefusal.ExtendedHeaderTooLarge, $"{size} bytes, at most {_limits.MaxExtendedHeaderBytes} are read");
        var content = new byte[size];
        Remaining = size;
        for (var read = 0; read < content.Length;)
            read += Read(content.AsSpan(read));
        SkipRaw(Padding(size));
        return content;
    }

    private TarEntry? End()
    {
        _entry.Index--;
        return null;
    }

    /// <summary>The next header block; false at the end-of-archive mark. What follows the mark is not looked at: some engines leave a stale tail there.</summary>
    private bool TryReadBlock(out ReadOnlySpan<byte> block)
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
        return block.ContainsAnyExcept((byte)0);
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
            return _stream.Read(destination);
        }
        catch (ArchiveRefusedException e) when (e.Index < 0)
        {
            // Decompression does not know which entry it is at.
            throw _entry.Refuse(e.Reason, e.Detail, e);
        }
    }

    private void SkipRaw(long count)
    {
        var buffered = (int)Math.Min(count, _end - _start);
        _start += buffered;
        count -= buffered;
        if (count == 0)
            return;
        if (_stream.CanSeek)
        {
            if (_stream.Length - _stream.Position < count)
                throw Truncated();
            _stream.Seek(count, SeekOrigin.Current);
            return;
        }

        if (_stream is TarEntryStream or PrefixedStream)
        {
            if (!((ReadOnlyStream)_stream).TrySkip(count))
                throw Truncated();
            return;
        }

        while (count > 0)
        {
            Fill(1);
            if (_end == 0)
                throw Truncated();
            var skipped = (int)Math.Min(count, _end);
            _start = skipped;
            count -= skipped;
        }
    }

    private long CopyRange(HandleStream source, SafeFileHandle destination, CancellationToken cancellationToken)
    {
        var from = source.Position - (_end - _start);
        long to = 0;
        while (Remaining > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Libc.copy_file_range(source.Handle, ref from, destination, ref to, (nuint)Math.Min(Remaining, 64L << 20), 0);
            if (count < 0 && Marshal.GetLastPInvokeError() == Errno.EINTR)
                continue;
            // File systems that cannot (EXDEV, EINVAL, EOPNOTSUPP, …) are read and written; a real fault shows there again.
            if (count <= 0)
                break;
            Skip(count);
        }

        return to;
    }

    private ArchiveRefusedException Truncated() => _entry.Refuse(ArchiveRefusal.Truncated, "the archive ends in or after this entry");

    private static bool HasLongComponent(RelativePath path)
    {
        if (path.Bytes.Length <= MaxComponent)
            return false;
        foreach (var range in path.Bytes.Split((byte)'/'))
        {
            if (path.Bytes[range].Length > MaxComponent)
                return true;
        }

        return false;
    }

    private static long Padding(long size) => (TarHeader.BlockSize - (size % TarHeader.BlockSize)) % TarHeader.BlockSize;

    private static byte[] TrimNul(byte[] text) => text.AsSpan().IndexOf((byte)0) is var end && end < 0 ? text : text[..end];
}
