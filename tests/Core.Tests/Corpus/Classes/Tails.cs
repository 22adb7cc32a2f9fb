using CheckpointOperator.Core.Tests.Support;
using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>Archives that end too early, or go on behind their end.</summary>
internal static class Tails
{
    private const Operation Whole = Operation.ImportWithoutConfig | Operation.ImportConfig | Operation.Inspect | Operation.InspectDiff | Operation.Unpack;

    internal static IEnumerable<AttackCase> Cases =>
    [
        Attack("in a header").Entries(Two).Packed(static bytes => bytes[..700]).Refused(Truncated),
        Attack("in a file").Entries(tar => tar.File("a", new string('x', 2000))).Packed(static bytes => bytes[..1000]).Refused(Truncated),
        Attack("in a file's padding").Entries(tar => tar.File("a", new string('x', 600))).Packed(static bytes => bytes[..1150]).Refused(Truncated),
        Attack("behind an entry, without the mark").Entries(Two).Packed(static bytes => bytes[..^1024]).Refused(Truncated, Whole),
        Attack("in a PAX header").Entries(tar => tar.Pax("comment=" + new string('x', 2000)).File("a")).Packed(static bytes => bytes[..1000]).Refused(Truncated),
        Attack("behind a PAX header").Entries(tar => tar.Pax("path=a")).Packed(static bytes => bytes[..1024]).Refused(Truncated),
        Attack("in the middle of a block").Entries(Two).Packed(static bytes => bytes[..513]).Refused(Truncated),
        Attack("after ten bytes").Entries(Two).Packed(static bytes => bytes[..10]).Refused(Truncated),
        Attack("a size that is not there").Entries(tar => tar.Pax("size=100000").File("n", "short")).Refused(Truncated),
        Attack("gzip cut in its middle").Entries(Noise).Packed(static bytes => Compression.Gzip(bytes) is var packed ? packed[..(packed.Length / 2)] : []).Refused(Truncated),
        Attack("zstd cut in its middle").Entries(Noise).Packed(static bytes => Compression.Zstandard(bytes) is var packed ? packed[..(packed.Length / 2)] : []).Refused(),
        Attack("bzip2 cut in its middle").Entries(Noise).Packed(static bytes => Compression.Bzip2(bytes) is var packed ? packed[..(packed.Length / 2)] : []).Refused(),
        Attack("gzip with a bit turned").Entries(Noise).Packed(static bytes => Turned(Compression.Gzip(bytes))).Refused(Whole),
        Attack("zstd with a bit turned").Entries(Noise).Packed(static bytes => Turned(Compression.Zstandard(bytes))).Refused(Whole),
        Attack("bzip2 with a bit turned").Entries(Noise).Packed(static bytes => Turned(Compression.Bzip2(bytes))).Refused(Whole),
        Attack("gzip of nothing known").Packed(static _ => [0x1f, 0x8b, 8, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]).Refused(InvalidCompression),
        Attack("zstd of nothing known").Packed(static _ => [0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3, 4, 5, 6, 7, 8, 9]).Refused(InvalidCompression),
        Attack("bzip2 of nothing known").Packed(static _ => [.. "BZh9"u8, 1, 2, 3, 4, 5, 6, 7, 8, 9]).Refused(),
        Attack("xz of nothing known").Packed(static _ => [0xfd, .. "7zXZ"u8, 0, 1, 2, 3, 4, 5, 6, 7, 8]).Refused(InvalidCompression),
        Attack("no tar").Packed(static _ => System.Text.Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("no archive ", 100)))).Refused(InvalidHeader),
        Attack("a checksum that is wrong").Entries(tar => tar.File("a").Checksum("0000000")).Refused(InvalidHeader),
        Attack("a checksum that is no number").Entries(tar => tar.File("a").Checksum("zzzzzz")).Refused(InvalidHeader),
        Attack("nothing").Packed(static _ => []).Refused(MissingEntry, Operation.Read),
        Attack("zeros").Packed(static _ => new byte[10240]).Refused(MissingEntry, Operation.Read),
        Attack("a second archive behind the end").Entries(Two).Packed(static bytes => [.. bytes, .. new HandmadeTar().File("config.dump", "{\"runtime\":\"/evil\"}").File("stale", "x").Finish()]).Accepted().Leaves("one").Removes("stale"),
        Attack("a climbing name behind the end").Entries(Two).Packed(static bytes => [.. bytes, .. new HandmadeTar().File("../outside/secret", "evil").Finish()]).Accepted().Leaves("one"),

        Honest("a stale tail").Entries(Two).Packed(static bytes => [.. bytes, .. Enumerable.Repeat((byte)'s', 5000)]).Accepted().Leaves("one", "two"),
        Honest("one block of zeros at the end").Entries(Two).Packed(static bytes => bytes[..^512]).Accepted().Leaves("one", "two"),
        Honest("many blocks of zeros at the end").Entries(Two).Packed(static bytes => [.. bytes, .. new byte[20 * 512]]).Accepted().Leaves("one", "two"),
        Honest("gzip of several members").Entries(Two).Packed(static bytes => [.. Compression.Gzip(bytes[..700]), .. Compression.Gzip(bytes[700..])]).Accepted().Leaves("one", "two"),
        Honest("zstd of several frames").Entries(Two).Packed(static bytes => [.. Compression.Zstandard(bytes[..700]), .. Compression.Zstandard(bytes[700..])]).Accepted().Leaves("one", "two"),
        Honest("zstd with a frame to skip").Entries(Two).Packed(static bytes => [.. Compression.Zstandard(bytes[..700]), 0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4, .. Compression.Zstandard(bytes[700..])]).Accepted().Leaves("one", "two"),
        Honest("bzip2 of several parts").Entries(Two).Packed(static bytes => [.. Compression.Bzip2(bytes[..700]), .. Compression.Bzip2(bytes[700..])]).Accepted().Leaves("one", "two"),
        Honest("an empty member of gzip").Entries(Two).Packed(static bytes => [.. Compression.Gzip([]), .. Compression.Gzip(bytes)]).Accepted().Leaves("one", "two"),
    ];

    private static HandmadeTar Two(HandmadeTar tar) => tar.File("one", "1").File("two", "2");

    private static HandmadeTar Noise(HandmadeTar tar)
    {
        var noise = new byte[50_000];
        new Random(7).NextBytes(noise);
        return tar.Entry("noise", '0', noise);
    }

    private static byte[] Turned(byte[] packed)
    {
        packed[packed.Length / 2] ^= 0x10;
        return packed;
    }

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.Tails, name);

    private static AttackCase Honest(string name) => AttackCase.Honest(AttackClass.Tails, name);
}
