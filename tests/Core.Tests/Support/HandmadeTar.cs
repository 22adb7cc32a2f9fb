using System.Text;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Tests.Support;

/// <summary>Makes tar archives byte by byte, those included that no tar would make.</summary>
public sealed class HandmadeTar
{
    private readonly List<byte> _bytes = [];
    private readonly List<string> _names = [];
    private int _header;

    // The entries are their maker's own, so that any user can unpack them.
    private static readonly FileStatus Owner = OwnStatus();

    /// <summary>The entries' names as they stand in their headers.</summary>
    public IReadOnlyList<string> Names => _names;

    public HandmadeTar File(string name, string content = "", int mode = 0x1A4) => Entry(name, '0', Encoding.UTF8.GetBytes(content), mode: mode);

    public HandmadeTar Folder(string name, int mode = 0x1ED) => Entry(name, '5', [], mode: mode);

    public HandmadeTar Symlink(string name, string target) => Entry(name, '2', [], target);

    public HandmadeTar Hardlink(string name, string target) => Entry(name, '1', [], target);

    public HandmadeTar Device(string name, int major, int minor, char type = '3') => Entry(name, type, [], major: major, minor: minor);

    public HandmadeTar Fifo(string name) => Entry(name, '6', []);

    public HandmadeTar Pax(params string[] records) => Entry("PaxHeaders", 'x', Encoding.Latin1.GetBytes(string.Concat(records.Select(Record))));

    public HandmadeTar Entry(
        string name, char type, byte[] content, string link = "", int mode = 0x1A4, string? size = null, int major = 0, int minor = 0)
    {
        var header = new byte[512];
        Put(0, Encoding.UTF8.GetBytes(name));
        Put(100, Octal(mode, 7));
        Put(108, Octal(Owner.UserId, 7));
        Put(116, Octal(Owner.GroupId, 7));
        Put(124, size is null ? Octal(content.Length, 11) : Encoding.Latin1.GetBytes(size));
        Put(136, Octal(1_600_000_000, 11));
        header[156] = (byte)type;
        Put(157, Encoding.UTF8.GetBytes(link));
        Put(257, "ustar\000"u8.ToArray());
        Put(329, Octal(major, 7));
        Put(337, Octal(minor, 7));
        Seal(header);
        if (type is not ('x' or 'g' or 'L' or 'K'))
            _names.Add(name);
        _header = _bytes.Count;
        _bytes.AddRange(header);
        _bytes.AddRange(content);
        _bytes.AddRange(new byte[(512 - (content.Length % 512)) % 512]);
        return this;

        void Put(int offset, byte[] value) => value.CopyTo(header, offset);
    }

    /// <summary>Overwrites a field of the last header, and makes its checksum right again.</summary>
    public HandmadeTar Field(int offset, byte[] value)
    {
        var header = _bytes.GetRange(_header, 512).ToArray();
        value.CopyTo(header, offset);
        Seal(header);
        for (var i = 0; i < header.Length; i++)
            _bytes[_header + i] = header[i];
        return this;
    }

    /// <summary>Sets the last header's checksum, whatever the right one is.</summary>
    public HandmadeTar Checksum(string octal)
    {
        for (var i = 0; i < octal.Length; i++)
            _bytes[_header + 148 + i] = (byte)octal[i];
        return this;
    }

    public HandmadeTar Raw(byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public byte[] Unfinished() => _bytes.ToArray();

    public byte[] Finish() => [.. _bytes.ToArray(), .. new byte[1024]];

    public MemoryStream Stream() => new(Finish());

    private static FileStatus OwnStatus()
    {
        using var process = RootDirectory.Open("/proc/self");
        return process.Stat(RelativePath.Root)!.Value;
    }

    private static void Seal(byte[] header)
    {
        header.AsSpan(148, 8).Fill((byte)' ');
        Octal(header.Sum(octet => octet), 6).CopyTo(header, 148);
        header[154] = 0;
    }

    private static byte[] Octal(long value, int digits) => Encoding.ASCII.GetBytes(Convert.ToString(value, 8).PadLeft(digits, '0'));

    private static string Record(string record)
    {
        var length = record.Length + 3;
        while ($"{length} {record}\n".Length != length)
            length++;
        return $"{length} {record}\n";
    }
}
