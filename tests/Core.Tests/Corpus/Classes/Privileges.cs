using System.Text;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>Bits, attributes and owners that would give rights on the node, or change what an overlay shows.</summary>
internal static class Privileges
{
    private const string Capability = "\u0001\0\0\u0002\u0000\u0004\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

    internal static IEnumerable<AttackCase> Cases =>
    [
        Attack("setuid for root in a checkpoint").Entries(tar => tar.File("f", "x", 0x9ED)).Accepted().Holds((operation, scene) =>
            Assert.Equal(Operation.ApplyDiff.HasFlag(operation) ? 0x9ED : 0x1ED, Mode(scene, "f"))),
        Attack("setgid and sticky in a checkpoint").Entries(tar => tar.File("f", "x", 0x7FF)).Accepted().Holds((operation, scene) =>
            Assert.Equal(operation == Operation.ImportWithoutConfig ? 0x1ED : operation == Operation.Extract ? 0x3FF : 0x7FF, Mode(scene, "f"))),
        Attack("folder for everybody in a checkpoint").Entries(tar => tar.Folder("d/", 0xFFF)).Accepted(Operation.ImportWithoutConfig).Holds((operation, scene) =>
            Assert.Equal(operation == Operation.ImportWithoutConfig ? 0x1ED : 0xFFF, Mode(scene, "d"))),
        Attack("the root's own mode in a checkpoint").Entries(tar => tar.Folder("./", 0xFFF).File("f")).Accepted().Holds((operation, scene) =>
            Assert.Equal(operation == Operation.ImportWithoutConfig ? 0x1ED : 0xFFF, Mode(scene, "."))),
        Attack("the root's own mode, closed, in a checkpoint").Entries(tar => tar.Folder("./", 0x1C0).File("f")).Accepted().Holds((operation, scene) =>
            Assert.Equal(operation is Operation.ImportWithoutConfig or Operation.ImportImage ? 0x1ED : 0x1C0, Mode(scene, "."))),
        Attack("file capabilities in a volume").Entries(tar => tar.Pax("SCHILY.xattr.security.capability=" + Capability).File("f", "x")).Accepted().Holds((operation, scene) =>
            Assert.Equal(Operation.ApplyDiff.HasFlag(operation) ? ["security.capability"] : [], Attributes(scene, "f"))),
        Foreign("security.selinux", "u:object_r:evil_t:s0"),
        Foreign("security.ima", "x"),
        Foreign("security.evm", "x"),
        Foreign("security.SMACK64", "x"),
        Foreign("trusted.overlay.opaque", "y"),
        Foreign("trusted.overlay.redirect", "/etc"),
        Foreign("trusted.overlay.metacopy", ""),
        Foreign("trusted.overlay.origin", "x"),
        Foreign("user.overlay.opaque", "y"),
        Foreign("user.overlay.redirect", "/etc"),
        Foreign("user.overlay.whiteout", "y"),
        Foreign("trusted.anything", "x"),
        Foreign("system.nfs4_acl", "x"),
        Attack("an overlay's attributes on a folder").Entries(tar => tar.Pax("SCHILY.xattr.trusted.overlay.opaque=y", "SCHILY.xattr.user.overlay.opaque=y").Folder("d/")).Accepted()
            .Holds((_, scene) => Assert.Empty(Attributes(scene, "d"))),
        Attack("an overlay's attributes on the root").Entries(tar => tar.Pax("SCHILY.xattr.trusted.overlay.opaque=y", "SCHILY.xattr.user.overlay.redirect=/x").Folder("./")).Accepted()
            .Holds((_, scene) => Assert.Empty(Attributes(scene, "."))),
        Attack("an attribute whose name holds a NUL").Entries(tar => tar.Pax("SCHILY.xattr.user.a\0b=x").File("f")).Refused(InvalidHeader),
        Attack("an attribute without a name").Entries(tar => tar.Pax("SCHILY.xattr.=x").File("f")).Refused(InvalidHeader),
        Attack("an owner that means none").Entries(tar => tar.Pax("uid=4294967295").File("f")).Refused(InvalidNumber),
        Attack("a group that means none").Entries(tar => tar.Pax("gid=4294967295").File("f")).Refused(InvalidNumber),
        Attack("an owner beyond all").Entries(tar => tar.Pax("uid=4294967296").File("f")).Refused(InvalidNumber),
        Attack("a negative owner").Entries(tar => tar.Pax("uid=-1").File("f")).Refused(InvalidNumber),
        Attack("an owner cut to root's").Entries(tar => tar.File("f").Field(108, EntryTypes.Base256(8, 1L << 32))).Refused(InvalidNumber),
        Attack("somebody's file in a checkpoint").Entries(tar => tar.Pax("uid=1000", "gid=1000").File("f", "x")).Accepted().Holds((operation, scene) =>
            Assert.Equal(operation == Operation.ImportWithoutConfig ? 0u : 1000u, scene.OpenRoot().Stat(RelativePath.Parse("f"))!.Value.UserId)),

        Honest("setuid in a root file system").Entries(tar => tar.File("usr/bin/su", "x", 0x9ED).Folder("tmp/", 0x3FF).Folder("shared/", 0x5F8)).Accepted().Holds((operation, scene) =>
        {
            if (Operation.ApplyDiff.HasFlag(operation))
                Assert.Equal((0x9ED, 0x3FF, 0x5F8), (Mode(scene, "usr/bin/su"), Mode(scene, "tmp"), Mode(scene, "shared")));
        }),
        Honest("capabilities in a root file system").Entries(tar => tar.Pax("SCHILY.xattr.security.capability=" + Capability).File("ping", "x")).Accepted(Operation.ApplyDiff)
            .Holds((operation, scene) => Assert.True(operation == Operation.Extract || Attributes(scene, "ping").Contains("security.capability") == Operation.ApplyDiff.HasFlag(operation))),
        Honest("attributes of a user's").Entries(tar => tar.Pax("SCHILY.xattr.user.colour=blue", "SCHILY.xattr.user.overlays=x").File("f")).Accepted().Holds((operation, scene) =>
            Assert.Equal(operation == Operation.ImportWithoutConfig ? [] : ["user.colour", "user.overlays"], Attributes(scene, "f"))),
        Honest("owners of a user namespace").Entries(tar => tar.Pax("uid=100000", "gid=4294967294").File("f", "x")).Accepted(Operation.Unpack).Holds((operation, scene) =>
            Assert.True(operation == Operation.ImportWithoutConfig || scene.OpenRoot().Stat(RelativePath.Parse("f")) is { UserId: 100000, GroupId: 4294967294 })),
        Honest("a volume's folder that hands its group on").Entries(tar => tar.Folder("./", 0x5F8).Folder("d/", 0x5F8)).Accepted().Holds((operation, scene) =>
            Assert.Equal(operation == Operation.ImportWithoutConfig ? 0x1E8 : 0x5F8, Mode(scene, "d"))),
    ];

    private static AttackCase Foreign(string attribute, string value) =>
        Attack(attribute).Entries(tar => tar.Pax($"SCHILY.xattr.{attribute}={value}").File("f", "x")).Accepted().Holds((_, scene) => Assert.Empty(Attributes(scene, "f")));

    private static int Mode(Scene scene, string name)
    {
        var root = scene.OpenRoot();
        return (int)root.Stat(name == "." ? RelativePath.Root : RelativePath.Parse(name))!.Value.Mode;
    }

    private static string[] Attributes(Scene scene, string name)
    {
        var path = scene.Inside(name);
        if (Directory.Exists(path))
        {
            using var directory = RootDirectory.Open(path);
            return Names(directory.Handle);
        }

        using var file = File.OpenHandle(path);
        return Names(file);

        static string[] Names(Microsoft.Win32.SafeHandles.SafeFileHandle handle) =>
            [.. ExtendedAttributes.Read(handle, "").Select(static attribute => Encoding.ASCII.GetString(attribute.NameBytes)).Order(StringComparer.Ordinal)];
    }

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.Privileges, name);

    private static AttackCase Honest(string name) => AttackCase.Honest(AttackClass.Privileges, name);
}
