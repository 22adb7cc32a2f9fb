using System.Text;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Tests.Support;
using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>Little that unpacks to much: of bytes, of entries, of headers.</summary>
internal static class Bombs
{
    private const int Megabyte = 1 << 20;
    private static readonly ArchiveLimits LowFloor = new() { CompressionRatioFloor = Megabyte };

    internal static IEnumerable<AttackCase> Cases =>
    [
        Attack("gzip of zeros").Entries(tar => tar.Entry("zeros", '0', new byte[8 * Megabyte])).Packed(Compression.Gzip).Within(LowFloor).Allocating(96 * Megabyte).Refused(CompressionRatio),
        Attack("zstd of zeros").Entries(tar => tar.Entry("zeros", '0', new byte[8 * Megabyte])).Packed(Compression.Zstandard).Within(LowFloor).Allocating(96 * Megabyte).Refused(CompressionRatio),
        // Packing zeros takes this long, not reading them.
        Attack("bzip2 of zeros").Entries(tar => tar.Entry("zeros", '0', new byte[2 * Megabyte])).Packed(Compression.Bzip2).Within(LowFloor).Allocating(96 * Megabyte).Refused(CompressionRatio),
        Attack("gzip of padding behind the last entry").Entries(tar => tar.Entry("zeros", '0', new byte[8 * Megabyte]).Pax("comment=" + new string('x', 1000)).File("f")).Packed(Compression.Gzip).Within(LowFloor)
            .Allocating(96 * Megabyte).Refused(CompressionRatio),
        Attack("zstd that asks for a window of 3 GiB").Entries(tar => tar.File("f", "x")).Packed(_ => [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xAC, 0x01, 0, 0]).Refused(DecompressorMemory),
        Attack("more entries than are taken").Entries(Many(101)).Within(new ArchiveLimits { MaxEntries = 100 }).Refused(TooManyEntries),
        Attack("more headers than entries may have").Entries(tar => Repeat(tar, 500, static (t, i) => t.Entry("g", 'g', "14 comment=abc\n"u8.ToArray()[..0])).File("f")).Within(new ArchiveLimits { MaxEntries = 100 }).Refused(TooManyEntries),
        Attack("an entry above its limit").Entries(tar => tar.Entry("big", '0', new byte[2000])).Within(new ArchiveLimits { MaxEntryBytes = 1999 }).Refused(EntryTooLarge),
        Attack("entries above the limit together").Entries(tar => tar.Entry("a", '0', new byte[600]).Entry("b", '0', new byte[600])).Within(new ArchiveLimits { MaxTotalBytes = 1000 }).Refused(ArchiveTooLarge),
        Attack("an entry of terabytes that is not there").Entries(tar => tar.Entry("big", '0', [], size: "77777777777\0")).Within(new ArchiveLimits { MaxEntryBytes = 1 << 30 }).Refused(EntryTooLarge),
        Attack("an entry that a PAX record makes huge").Entries(tar => tar.Pax("size=9223372036854775807").File("big", "x")).Refused(EntryTooLarge),
        Attack("a total that overflows").Entries(tar => tar.File("a", "x").Pax("size=9223372036854775807").File("big", "x")).Within(new ArchiveLimits { MaxEntryBytes = long.MaxValue, MaxTotalBytes = long.MaxValue }).Refused(ArchiveTooLarge),
        Attack("a PAX header that states gigabytes").Entries(tar => tar.Entry("x", 'x', [], size: "77777777777\0")).Refused(ExtendedHeaderTooLarge),
        Attack("a GNU name that states gigabytes").Entries(tar => tar.Entry("x", 'L', [], size: "77777777777\0")).Refused(ExtendedHeaderTooLarge),
        Attack("a GNU link that states gigabytes").Entries(tar => tar.Entry("x", 'K', [], size: "77777777777\0")).Refused(ExtendedHeaderTooLarge),
        Attack("a global header that states gigabytes").Entries(tar => tar.Entry("x", 'g', [], size: "77777777777\0")).Refused(ExtendedHeaderTooLarge),
        Attack("a PAX header above the limit").Entries(tar => tar.Pax("comment=" + new string('x', 2000)).File("f")).Within(new ArchiveLimits { MaxExtendedHeaderBytes = 1999 }).Refused(ExtendedHeaderTooLarge),
        Attack("an archive in an archive that is a bomb").Entries(tar => tar.Entry("rootfs-diff.tar", '0', Compression.Gzip(new HandmadeTar().Entry("zeros", '0', new byte[8 * Megabyte]).Finish()))).Within(LowFloor)
            .Refused(CompressionRatio, Operation.Inspect).Accepted(Operation.ImportWithoutConfig | Operation.ImportConfig),
        Attack("an archive in an archive with too many entries").Entries(tar => tar.Entry("rootfs-diff.tar", '0', Many(50)(new HandmadeTar()).Finish())).Within(new ArchiveLimits { MaxEntries = 40 })
            .Refused(TooManyEntries, Operation.Inspect),
        Attack("a gzip in a gzip").Entries(tar => tar.Entry("rootfs-diff.tar", '0', Compression.Gzip(Compression.Gzip(new HandmadeTar().File("x").Finish())))).Refused(Truncated, Operation.Inspect),
        Attack("a configuration above the limit").AllEntries(tar => tar.File("config.dump", "{" + new string(' ', 2000) + "}").File("spec.dump", "{}")).Within(new ArchiveLimits { MaxJsonBytes = 1000 }).Refused(JsonTooLarge, Operation.Describe),
        Attack("a specification above the limit").AllEntries(tar => tar.File("config.dump", AttackCase.Config).File("spec.dump", "{" + new string(' ', 2000) + "}")).Within(new ArchiveLimits { MaxJsonBytes = 1000 })
            .Refused(JsonTooLarge, Operation.ImportConfig | Operation.Inspect),
        Attack("a configuration that states gigabytes").AllEntries(tar => tar.Entry("config.dump", '0', [], size: "17777777777\0")).Refused(JsonTooLarge, Operation.Describe),
        Attack("a configuration a hundred thousand levels deep").AllEntries(tar => tar.File("config.dump", "{\"a\":" + new string('[', 100_000) + new string(']', 100_000) + "}").File("spec.dump", "{}"))
            .Refused(InvalidJson, Operation.ReadRuntimeName | Operation.Inspect),
        Attack("thousands of attributes on one file").Entries(tar => tar.Pax([.. Enumerable.Range(0, 5000).Select(static i => $"SCHILY.xattr.user.a{i}={new string('v', 100)}")]).File("f")).Allocating(96 * Megabyte).Accepted(Operation.ImportWithoutConfig | Operation.Describe),
        Attack("an attribute larger than the kernel takes").Entries(tar => tar.Pax("SCHILY.xattr.user.a=" + new string('v', 100_000)).File("f")).Accepted(Operation.ImportWithoutConfig | Operation.Describe),

        Honest("zeros below the floor").Entries(tar => tar.Entry("zeros", '0', new byte[8 * Megabyte])).Packed(Compression.Gzip).Allocating(96 * Megabyte).Accepted().Leaves("zeros"),
        Honest("a good ratio by zstd").Entries(tar => tar.Entry("text", '0', Text)).Packed(Compression.Zstandard).Within(new ArchiveLimits { CompressionRatioFloor = Megabyte }).Allocating(96 * Megabyte).Accepted().Leaves("text"),
        Honest("as many entries as are taken").Entries(Many(98)).Within(new ArchiveLimits { MaxEntries = 100 }).Accepted().Leaves("d/e97"),
        Honest("an entry of just its limit").Entries(tar => tar.Entry("big", '0', new byte[2000])).Within(new ArchiveLimits { MaxEntryBytes = 2000 }).Accepted(Operation.Read | Operation.Unpack).Leaves("big"),
        Honest("a long comment").Entries(tar => tar.Pax("comment=" + new string('x', 500_000)).File("f")).Accepted().Leaves("f"),
        Honest("two thousand small files").Entries(Many(2000)).Accepted().Leaves("d/e1999"),
    ];

    private static byte[] Text => Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 500_000).Select(static i => $"{i * 7919L % 1_000_003} ")));

    private static Func<HandmadeTar, HandmadeTar> Many(int count) => tar => Repeat(tar, count, static (t, i) => t.File($"d/e{i}"));

    private static HandmadeTar Repeat(HandmadeTar tar, int count, Action<HandmadeTar, int> add)
    {
        for (var i = 0; i < count; i++)
            add(tar, i);
        return tar;
    }

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.Bombs, name);

    private static AttackCase Honest(string name) => AttackCase.Honest(AttackClass.Bombs, name);
}
