using System.Buffers;
using CheckpointOperator.Core.FileSystem;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// Reads a tar archive (v7, ustar, PAX, GNU long names, base-256 numbers and sparse files) entry by entry, within limits. Names come out
/// checked and normalised; what no container engine writes (multi-volume, incremental, global PAX headers) is refused.
/// </summary>
internal sealed class TarReader : IDisposable
{
    // NAME_MAX
    private const int MaxComponent = 255;

    // Each entry may have a PAX header and two GNU long names before it.
    private const int HeadersPerEntry = 4;

    // Below this a system call of its own saves nothing.
    private const int MinRangeCopy = 64 * 1024;

    // GNU's contiguous file, which GNU tar extracts as a regular one.
    private const byte Contiguous = (byte)'7';

    private readonly TarInput _input;
    private readonly ArchiveLimits _limits;
    private readonly TarEntry _entry = new() { Index = -1 };
    private SparseMap? _sparse;
    private byte[]? _copyBuffer;
    private long _stored;
    private long _padding;
    private long _headers;

    internal TarReader(Stream stream, ArchiveLimits limits)
    {
        _input = new TarInput(stream, _entry);
        _limits = limits;
    }

    /// <summary>Bytes of the current entry's content that were not read yet, holes included.</summary>
    internal long Remaining { get; private set; }

    /// <summary>Where the current entry has data; null when it is not sparse.</summary>
    internal IReadOnlyList<SparseRegion>? Sparse => _sparse?.Regions;

    /// <summary>Bytes of all entries' content so far.</summary>
    internal long TotalBytes { get; private set; }

    /// <summary>Number of entries so far.</summary>
    internal long Entries => _entry.Index + 1;

    /// <summary>The next entry, or null at the archive's end. The object is filled anew by the next call.</summary>
    internal TarEntry? Next()
    {
        _input.Skip(_stored);
        _input.Skip(_padding);
        (_stored, _padding, Remaining, _sparse) = (0, 0, 0, null);

        _entry.Index++;
        byte[]? longName = null, longLink = null, pax = null;
        while (true)
        {
            // The end-of-archive mark. What follows it is not looked at: some engines leave a stale tail there.
            if (!_input.TryReadBlock(out var block) || !block.ContainsAnyExcept((byte)0))
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
                    Accept(flag, block, longName, longLink, pax);
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
        if (_sparse is not null && _sparse.RunAt(_sparse.Size - Remaining, out var isHole) is var run && (isHole || run < destination.Length))
        {
            destination = destination[..(int)Math.Min(run, destination.Length)];
            if (isHole)
                destination.Clear();
            count = isHole ? destination.Length : ReadStored(destination);
        }
        else
        {
            count = ReadStored(destination);
        }

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

    /// <summary>Copies the current entry's content, of which nothing was read yet, into an empty file. Holes become holes.</summary>
    internal void CopyTo(SafeFileHandle destination, CancellationToken cancellationToken)
    {
        if (_sparse is null)
        {
            CopyData(destination, 0, Remaining, cancellationToken);
        }
        else
        {
            foreach (var region in _sparse.Regions)
                CopyData(destination, region.Offset, region.Length, cancellationToken);
            RandomAccess.SetLength(destination, _sparse.Size);
        }

        Remaining = 0;
    }

    /// <summary>Gives away the current entry's content, of which nothing was read yet, if it stands in a file as it is; it is passed over then.</summary>
    internal FileRange? TakeContent()
    {
        if (_sparse is not null || _input.Range(Remaining) is not { } content)
            return null;
        Remaining = 0;
        return content;
    }

    /// <summary>Passes over a part of the current entry's content.</summary>
    internal void Skip(long count)
    {
        var stored = count;
        if (_sparse is not null)
        {
            stored = 0;
            for (long run, left = count; left > 0; left -= run)
            {
                run = Math.Min(left, _sparse.RunAt(_sparse.Size - Remaining + count - left, out var isHole));
                stored += isHole ? 0 : run;
            }
        }

        _input.Skip(stored);
        _stored -= stored;
        Remaining -= count;
    }

    public void Dispose()
    {
        _input.Dispose();
        if (_copyBuffer is not null)
            ArrayPool<byte>.Shared.Return(_copyBuffer);
    }

    private int ReadStored(Span<byte> destination)
    {
        var count = _input.Read(destination);
        _stored -= count;
        return count;
    }

    private void CopyData(SafeFileHandle destination, long position, long length, CancellationToken cancellationToken)
    {
        while (length > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = length < MinRangeCopy ? 0 : _input.CopyRange(destination, position, length, cancellationToken);
            if (count > 0)
            {
                _stored -= count;
            }
            else
            {
                _copyBuffer ??= ArrayPool<byte>.Shared.Rent(128 * 1024);
                count = ReadStored(_copyBuffer.AsSpan(0, (int)Math.Min(_copyBuffer.Length, length)));
                RandomAccess.Write(destination, _copyBuffer.AsSpan(0, (int)count), position);
            }

            position += count;
            length -= count;
        }
    }

    private void Accept(byte flag, ReadOnlySpan<byte> header, byte[]? longName, byte[]? longLink, byte[]? pax)
    {
        // What follows the header is told by the header itself for the long names, by a PAX record before all.
        if (longName is not null)
            _entry.RawName = TrimNul(longName);
        if (longLink is not null)
            _entry.LinkTarget = TrimNul(longLink);
        if (pax is not null && PaxRecords.Apply(pax, _entry) is var (reason, detail))
            throw _entry.Refuse(reason, detail);
        if (_entry.Sparse?.Name is { } name)
            _entry.RawName = name;

        _entry.Type = flag switch
        {
            >= (byte)'0' and <= (byte)'6' => (TarEntryType)flag,
            Contiguous or SparseMapReader.TypeFlag => TarEntryType.Regular,
            // v7: a directory is a file whose name ends with a slash.
            0 => _entry.RawName.AsSpan().EndsWith("/"u8) ? TarEntryType.Directory : TarEntryType.Regular,
            _ => throw _entry.Refuse(ArchiveRefusal.UnsupportedEntry, $"type '{DisplayText.Of([flag])}'"),
        };
        // Only files have content; what other kinds state as size is not there (as in Go's archive/tar).
        if (_entry.Type != TarEntryType.Regular)
            _entry.Size = 0;
        CheckName();
        (_stored, _padding) = (_entry.Size, Padding(_entry.Size));
        ReadSparseMap(flag, header);
        if (_entry.Size > _limits.MaxEntryBytes)
            throw _entry.Refuse(ArchiveRefusal.EntryTooLarge, $"it has {_entry.Size} bytes, at most {_limits.MaxEntryBytes} are read");
        if (_entry.Size > _limits.MaxTotalBytes - TotalBytes)
            throw _entry.Refuse(ArchiveRefusal.ArchiveTooLarge, $"with it the content is larger than {_limits.MaxTotalBytes} bytes");
        TotalBytes += _entry.Size;
        Remaining = _entry.Size;
    }

    private void ReadSparseMap(byte flag, ReadOnlySpan<byte> header)
    {
        var isOld = flag == SparseMapReader.TypeFlag;
        if (!isOld && _entry.Sparse is null)
            return;
        if (_entry.Type != TarEntryType.Regular || (isOld && _entry.Sparse is not null))
            throw _entry.Refuse(ArchiveRefusal.InvalidSparseMap, "only a file may be sparse, and have one map");
        var reader = new SparseMapReader(_input, _limits);
        _sparse = isOld ? reader.ReadOld(_entry, header) : reader.ReadPax(_entry, _entry.Sparse!);
        _stored = _sparse.Regions.Sum(static region => region.Length);
        _entry.Size = _sparse.Size;
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
        _input.ReadExactly(content);
        _input.Skip(Padding(size));
        return content;
    }

    private TarEntry? End()
    {
        _entry.Index--;
        _input.VerifyEnd(_limits.MaxTotalBytes - TotalBytes);
        return null;
    }

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
