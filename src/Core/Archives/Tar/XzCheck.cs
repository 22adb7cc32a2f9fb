using System.Buffers.Binary;
using System.Security.Cryptography;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>The check that stands behind each block of xz: none, CRC32, CRC64 or SHA-256.</summary>
internal sealed class XzCheck : IDisposable
{
    private static readonly uint[] Crc32Table = [.. Enumerable.Range(0, 256).Select(static octet => (uint)Shift((ulong)octet, 0xEDB88320))];
    private static readonly ulong[] Crc64Table = [.. Enumerable.Range(0, 256).Select(static octet => Shift((ulong)octet, 0xC96C5795D7870F42))];

    private readonly int _id;
    private readonly IncrementalHash? _hash;
    private ulong _crc = ulong.MaxValue;

    /// <summary>Starts one, by its number in the stream's flags.</summary>
    internal XzCheck(int id)
    {
        _id = id;
        _hash = id == 10 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    }

    /// <summary>Bytes that it takes; -1 for a check that nobody has defined yet.</summary>
    internal static int LengthOf(int id) => id switch { 0 => 0, 1 => 4, 4 => 8, 10 => 32, _ => -1 };

    internal static uint Crc32(ReadOnlySpan<byte> data)
    {
        var crc = uint.MaxValue;
        foreach (var octet in data)
            crc = Crc32Table[(byte)(crc ^ octet)] ^ (crc >> 8);
        return ~crc;
    }

    internal void Add(ReadOnlySpan<byte> data)
    {
        if (_hash is not null)
            _hash.AppendData(data);
        else if (_id == 1)
            AddCrc32(data);
        else if (_id == 4)
            AddCrc64(data);
    }

    internal bool Matches(ReadOnlySpan<byte> stored) => _id switch
    {
        0 => true,
        1 => BinaryPrimitives.ReadUInt32LittleEndian(stored) == (uint)~_crc,
        4 => BinaryPrimitives.ReadUInt64LittleEndian(stored) == ~_crc,
        _ => _hash!.GetHashAndReset().AsSpan().SequenceEqual(stored),
    };

    public void Dispose() => _hash?.Dispose();

    private static ulong Shift(ulong value, ulong polynomial)
    {
        for (var bit = 0; bit < 8; bit++)
            value = (value & 1) == 0 ? value >> 1 : (value >> 1) ^ polynomial;
        return value;
    }

    private void AddCrc32(ReadOnlySpan<byte> data)
    {
        var crc = (uint)_crc;
        foreach (var octet in data)
            crc = Crc32Table[(byte)(crc ^ octet)] ^ (crc >> 8);
        _crc = crc;
    }

    private void AddCrc64(ReadOnlySpan<byte> data)
    {
        var crc = _crc;
        foreach (var octet in data)
            crc = Crc64Table[(byte)(crc ^ octet)] ^ (crc >> 8);
        _crc = crc;
    }
}
