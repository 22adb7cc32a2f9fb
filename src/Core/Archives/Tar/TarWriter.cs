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

    private readonly byte[] _block = new byte[TarHeader.BlockSize];

    // Content is copied in pieces of this size.
    private readonly byte[] _buffer = new byte[128 * 1024];

    /// <summary>Writes an entry's header; the content, if any, is the caller's to write.</summary>
    /// <returns>The header block, until the next call.</returns>
    internal ReadOnlySpan<byte> WriteHeader(TarEntry entry)
    {
        var name = entry.Path.IsRoot ? RootName : entry.Path.Bytes;
        // Readers of old know a directory by the slash.
        if (entry.Type == TarEntryType.Directory && !entry.Path.IsRoot)
            name = (byte[])[.. name, (byte)'/'];
        var records = PaxRecordsFor(entry, name);
        if (records.Length > 0)
        {
            var header = new TarEntry { Mode = 0x1A4, Modified = new UnixTime(entry.Modified.Seconds, 0) };
            TarHeader.Write(_block, "PaxHeaders/entry"u8, header, TarHeader.PaxHeader, records.Length);
            output.Write(_block);
            output.Write(records);
            Pad(records.Length);
        }

        TarHeader.Write(_block, name, entry, (byte)entry.Type, entry.Type == TarEntryType.Regular ? entry.Size : 0);
        output.Write(_block);
        return _block;
    }

    /// <summary>Writes a file's entry with exactly <see cref="TarEntry.Size"/> bytes of content.</summary>
    internal void WriteFile(TarEntry entry, SafeFileHandle content, CancellationToken cancellationToken)
    {
        WriteHeader(entry);
        for (long position = 0; position < entry.Size;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = RandomAccess.Read(content, _buffer.AsSpan(0, (int)Math.Min(_buffer.Length, entry.Size - position)), position);
            if (count == 0)
                throw new IOException($"'{entry.Path.Display}' became shorter while it was read: {position} of {entry.Size} bytes");
            output.Write(_buffer.AsSpan(0, count));
            position += count;
        }

        Pad(entry.Size);
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

    private static byte[] PaxRecordsFor(TarEntry entry, ReadOnlySpan<byte> name)
    {
        using var records = new MemoryStream();
        if (NeedsRecord(name))
            AddText("path"u8, name);
        if (NeedsRecord(entry.LinkTarget))
            AddText("linkpath"u8, entry.LinkTarget);
        if (!TarNumber.FitsOctal(entry.Size, TarHeader.SizeLength))
            AddNumber("size"u8, entry.Size);
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
