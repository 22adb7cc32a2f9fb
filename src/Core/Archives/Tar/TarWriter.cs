using System.Globalization;
using System.Text;
using CheckpointOperator.Core.FileSystem;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>Writes a tar archive in ustar form, with PAX records for what that has no room for. The stream is only written forward.</summary>
internal sealed class TarWriter(Stream output)
{
    /// <summary>What the archived directory itself is called. Defaults to <c>./</c>.</summary>
    internal byte[] RootName { get; init; } = "./"u8.ToArray();

    /// <summary>
    /// Copies a part of a file (offset, length) to the output without its coming up here, as far as it can, and tells how many bytes that was. Defaults to none.
    /// </summary>
    internal Func<SafeFileHandle, long, long, CancellationToken, long>? CopyFile { get; init; }

    private readonly byte[] _block = new byte[TarHeader.BlockSize];

    // Content is copied in pieces of this size.
    private readonly byte[] _buffer = new byte[128 * 1024];

    /// <summary>Writes an entry's header; the content, if any, is the caller's to write.</summary>
    /// <returns>The header block, until the next call.</returns>
    internal ReadOnlySpan<byte> WriteHeader(TarEntry entry) => WriteHeader(entry, entry.Size, isSparse: false);

    /// <summary>Writes a file's entry with exactly <see cref="TarEntry.Size"/> bytes of content, holes as such.</summary>
    internal void WriteFile(TarEntry entry, SafeFileHandle content, CancellationToken cancellationToken)
    {
        var regions = BeginContent(entry, SparseLayout.Find(content, entry.Size));
        foreach (var region in regions)
        {
            var copied = CopyFile?.Invoke(content, region.Offset, region.Length, cancellationToken) ?? 0;
            for (var position = region.Offset + copied; position < region.End;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = RandomAccess.Read(content, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, region.End - position)), position);
                if (count == 0)
                    throw new IOException($"'{entry.Path.Display}' became shorter while it was read: {position} of {entry.Size} bytes");
                output.Write(_buffer.AsSpan(0, count));
                position += count;
            }
        }

        // Every region but the last ends on a block.
        Pad(regions.Count == 0 ? 0 : regions[^1].Length);
    }

    /// <summary>Writes a file's entry with the content that a reader stands before, holes as such.</summary>
    internal void WriteFrom(TarEntry entry, TarReader reader, CancellationToken cancellationToken)
    {
        long position = 0;
        var regions = BeginContent(entry, reader.Sparse);
        foreach (var region in regions)
        {
            reader.Skip(region.Offset - position);
            for (position = region.Offset; position < region.End;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = reader.Read(_buffer.AsSpan(0, (int)Math.Min(_buffer.Length, region.End - position)));
                output.Write(_buffer.AsSpan(0, count));
                position += count;
            }
        }

        Pad(regions.Count == 0 ? 0 : regions[^1].Length);
    }

    internal void WriteBytes(TarEntry entry, ReadOnlySpan<byte> content)
    {
        entry.Size = content.Length;
        WriteHeader(entry);
        output.Write(content);
        Pad(content.Length);
    }

    /// <summary>Fills the last block of an entry's content.</summary>
    internal void Pad(long size)
    {
        var rest = (int)(size % TarHeader.BlockSize);
        if (rest == 0)
            return;
        _block.AsSpan().Clear();
        output.Write(_block.AsSpan(rest));
    }

    /// <summary>Writes the end-of-archive mark.</summary>
    internal void Complete()
    {
        _block.AsSpan().Clear();
        output.Write(_block);
        output.Write(_block);
    }

    /// <summary>Writes the header and, of a sparse file, the map.</summary>
    /// <returns>The regions whose data is to follow.</returns>
    private IReadOnlyList<SparseRegion> BeginContent(TarEntry entry, IReadOnlyList<SparseRegion>? regions)
    {
        if (regions is null)
        {
            WriteHeader(entry);
            return entry.Size == 0 ? [] : [new SparseRegion(0, entry.Size)];
        }

        var map = SparseLayout.Map(regions, entry.Size);
        WriteHeader(entry, map.Length + regions.Sum(static region => region.Length), isSparse: true);
        output.Write(map);
        return regions;
    }

    private ReadOnlySpan<byte> WriteHeader(TarEntry entry, long stored, bool isSparse)
    {
        var name = entry.Path.IsRoot ? RootName : entry.Path.Bytes;
        // Readers of old know a directory by the slash.
        if (entry.Type == TarEntryType.Directory && !entry.Path.IsRoot)
            name = (byte[])[.. name, (byte)'/'];
        var records = PaxRecordsFor(entry, name, stored, isSparse);
        if (records.Length > 0)
        {
            var header = new TarEntry { Mode = 0x1A4, Modified = new UnixTime(entry.Modified.Seconds, 0) };
            TarHeader.Write(_block, "PaxHeaders/entry"u8, header, TarHeader.PaxHeader, records.Length);
            output.Write(_block);
            output.Write(records);
            Pad(records.Length);
        }

        // A reader that knows nothing of holes must not take the map for the file.
        TarHeader.Write(_block, isSparse ? "GNUSparseFile.0/entry"u8 : name, entry, (byte)entry.Type, entry.Type == TarEntryType.Regular ? stored : 0);
        output.Write(_block);
        return _block;
    }

    private static byte[] PaxRecordsFor(TarEntry entry, ReadOnlySpan<byte> name, long stored, bool isSparse)
    {
        using var records = new MemoryStream();
        if (isSparse)
        {
            Add("GNU.sparse.major"u8, "1"u8);
            Add("GNU.sparse.minor"u8, "0"u8);
            AddText("GNU.sparse.name"u8, name);
            AddNumber("GNU.sparse.realsize"u8, entry.Size);
        }
        else if (NeedsRecord(name))
        {
            AddText("path"u8, name);
        }

        if (NeedsRecord(entry.LinkTarget))
            AddText("linkpath"u8, entry.LinkTarget);
        if (!TarNumber.FitsOctal(stored, TarHeader.SizeLength))
            AddNumber("size"u8, stored);
        if (!TarNumber.FitsOctal(entry.UserId, TarHeader.IdLength))
            AddNumber("uid"u8, entry.UserId);
        if (!TarNumber.FitsOctal(entry.GroupId, TarHeader.IdLength))
            AddNumber("gid"u8, entry.GroupId);
        if (entry.Modified.Nanoseconds != 0 || !TarNumber.FitsOctal(entry.Modified.Seconds, 12))
            Add("mtime"u8, Encoding.ASCII.GetBytes(Decimal(entry.Modified)));
        foreach (var attribute in entry.Attributes)
            Add([.. PaxRecords.AttributePrefix, .. attribute.NameBytes], attribute.Value);
        return records.ToArray();

        void AddText(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            // POSIX's way to say that a name is not UTF-8.
            if (!System.Text.Unicode.Utf8.IsValid(value))
                Add("hdrcharset"u8, "BINARY"u8);
            Add(key, value);
        }

        void AddNumber(ReadOnlySpan<byte> key, long value) => Add(key, Encoding.ASCII.GetBytes(value.ToString(CultureInfo.InvariantCulture)));

        void Add(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
        {
            // The length counts its own digits.
            var rest = key.Length + value.Length + 3;
            var length = rest + 1;
            while (length != rest + Digits(length))
                length = rest + Digits(length);
            records.Write(Encoding.ASCII.GetBytes(length.ToString(CultureInfo.InvariantCulture)));
            records.WriteByte((byte)' ');
            records.Write(key);
            records.WriteByte((byte)'=');
            records.Write(value);
            records.WriteByte((byte)'\n');
        }
    }

    private static bool NeedsRecord(ReadOnlySpan<byte> text) =>
        text.Length > TarHeader.NameLength || (!Ascii.IsValid(text) && System.Text.Unicode.Utf8.IsValid(text));

    private static int Digits(int number) => number.ToString(CultureInfo.InvariantCulture).Length;

    // -0.25 s is kept as second -1 and 750,000,000 ns.
    private static string Decimal(UnixTime time)
    {
        if (time.Seconds >= 0 || time.Nanoseconds == 0)
            return string.Create(CultureInfo.InvariantCulture, $"{time.Seconds}.{time.Nanoseconds:D9}");
        var seconds = time.Seconds + 1;
        return string.Create(CultureInfo.InvariantCulture, $"{(seconds == 0 ? "-0" : seconds)}.{1_000_000_000 - time.Nanoseconds:D9}");
    }
}
