using System.Text;
using CheckpointOperator.Core.FileSystem;
using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>Numbers that are negative, too large, or none.</summary>
internal static class Numbers
{
    private const int Mode = 100;
    private const int UserId = 108;
    private const int Size = 124;
    private const int Time = 136;
    private const int Major = 329;

    internal static IEnumerable<AttackCase> Cases =>
    [
        Field("a negative size", Size, Enumerable.Repeat((byte)0xff, 12)),
        Field("the smallest size there is", Size, [0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0]),
        Field("a size beyond 63 bits", Size, [0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
        Field("a size that is cut to none", Size, [0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]),
        Field("a size with letters", Size, Encoding.ASCII.GetBytes("12345678xyz\0")),
        Field("a size of eights", Size, Encoding.ASCII.GetBytes("00000000008\0")),
        Field("a size with a minus", Size, Encoding.ASCII.GetBytes("-0000000001\0")),
        Field("a size with a hole", Size, Encoding.ASCII.GetBytes("0000 000001\0")),
        Field("a mode with letters", Mode, Encoding.ASCII.GetBytes("rwxr-xr\0")),
        Field("an owner beyond 32 bits", UserId, EntryTypes.Base256(8, 1L << 33)),
        Field("a negative owner", UserId, Enumerable.Repeat((byte)0xff, 8)),
        Field("a device beyond 32 bits", Major, EntryTypes.Base256(8, 1L << 40)),
        Field("a time that is none", Time, Encoding.ASCII.GetBytes("yesterday..\0")),
        Field("a time beyond 63 bits", Time, [0x80, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
        Pax("a negative size by PAX", "size=-1"),
        Pax("a size beyond 63 bits by PAX", "size=9223372036854775808"),
        Pax("a size with an exponent by PAX", "size=1e5"),
        Pax("a size in hexadecimal by PAX", "size=0x10"),
        Pax("a size with a space by PAX", "size= 1"),
        Pax("a fraction of a size by PAX", "size=1.5"),
        Pax("an owner by name by PAX", "uid=root"),
        Pax("a time that is none by PAX", "mtime=now"),
        Pax("a time with two points by PAX", "mtime=1.2.3"),
        Pax("no time at all by PAX", "mtime=."),
        Pax("a time beyond 63 bits by PAX", "mtime=9223372036854775808"),
        Damaged("a record longer than its header", "99 path=a\n"),
        Damaged("a record of no length", "0 path=a\n"),
        Damaged("a record of negative length", "-9 path=a\n"),
        Damaged("a record whose length overflows", "99999999999999999999 path=a\n"),
        Damaged("a record without a line's end", "9 path=ab"),
        Damaged("a record without an equals sign", "8 pathab\n"),
        Damaged("a record without a key", "5 =ab\n"),
        Damaged("a record without a space", "9path=ab\n"),
        Attack("the farthest time").Entries(tar => tar.Pax("mtime=9223372036854775807").File("f", "x")).Accepted().Leaves("f"),
        Attack("the farthest time before 1970").Entries(tar => tar.Pax("mtime=-9223372036854775808").File("f", "x")).Accepted().Leaves("f"),
        Pax("a time before the farthest by PAX", "mtime=-9223372036854775808.5"),
        Attack("the farthest times of folders").Entries(tar => tar.Pax("mtime=9223372036854775807.999999999").Folder("d/").Folder("e/").Field(Time, [0xff, 0xff, 0xff, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0])).Accepted().Leaves("d", "e"),

        Honest("an owner in base 256").Entries(tar => tar.File("f", "x").Field(UserId, EntryTypes.Base256(8, 3_000_000))).Accepted()
            .Holds((operation, scene) => Assert.True(operation == Operation.ImportWithoutConfig || scene.OpenRoot().Stat(RelativePath.Parse("f"))!.Value.UserId == 3_000_000)),
        Honest("a size in base 256").Entries(tar => tar.File("f", "x").Field(Size, EntryTypes.Base256(12, 1))).Accepted().Holds((_, scene) => Assert.Equal("x", File.ReadAllText(scene.Inside("f")))),
        Honest("numbers with spaces around them").Entries(tar => tar.File("f", "x").Field(Size, Encoding.ASCII.GetBytes("          1 ")).Field(Mode, Encoding.ASCII.GetBytes("   644 \0"))).Accepted().Leaves("f"),
        Honest("a number that fills its field").Entries(tar => tar.File("f", "x").Field(Size, Encoding.ASCII.GetBytes("000000000001"))).Accepted().Leaves("f"),
        Honest("a mode with a file's type").Entries(tar => tar.File("f", "x").Field(Mode, Encoding.ASCII.GetBytes("0100644\0"))).Accepted().Leaves("f"),
        Honest("no owner, mode and time").Entries(tar => tar.File("f", "x").Field(Mode, new byte[24]).Field(Time, new byte[12])).Accepted().Leaves("f"),
        Honest("times before 1970, with fractions").Entries(tar => tar.Pax("mtime=-1.25").File("f", "x").Pax("mtime=1600000000.123456789123").Folder("d/")).Accepted()
            .Holds((_, scene) => Assert.Equal(new UnixTime(-2, 750_000_000), scene.OpenRoot().Stat(RelativePath.Parse("f"))!.Value.Modified)),
        Honest("a negative time in base 256").Entries(tar => tar.File("f", "x").Field(Time, Enumerable.Repeat((byte)0xff, 12).ToArray())).Accepted()
            .Holds((_, scene) => Assert.Equal(-1, scene.OpenRoot().Stat(RelativePath.Parse("f"))!.Value.Modified.Seconds)),
        Honest("a record without a value").Entries(tar => tar.Pax("path=", "comment=").File("f", "x")).Accepted().Leaves("f"),
    ];

    private static AttackCase Field(string name, int offset, IEnumerable<byte> value) => Attack(name).Entries(tar => tar.File("f", "x").Field(offset, [.. value])).Refused(InvalidNumber);

    private static AttackCase Pax(string name, string record) => Attack(name).Entries(tar => tar.Pax(record).File("f", "x")).Refused(InvalidNumber);

    private static AttackCase Damaged(string name, string records) => Attack(name).Entries(tar => tar.Entry("x", 'x', Encoding.ASCII.GetBytes(records)).File("f", "x")).Refused(InvalidHeader);

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.Numbers, name);

    private static AttackCase Honest(string name) => AttackCase.Honest(AttackClass.Numbers, name);
}
