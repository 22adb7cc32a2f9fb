using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Tests.Support;
using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>Hard links to what is outside, to links, and to what is not there yet.</summary>
internal static class HardLinks
{
    private const Operation ImportAndUnpack = Operation.ImportWithoutConfig | Operation.Unpack;

    internal static IEnumerable<AttackCase> Cases =>
    [
        Attack("climbs").Entries(tar => tar.Hardlink("h", "../outside/secret")).Refused(EscapingHardLink, ImportAndUnpack),
        Attack("is absolute").Entries((tar, scene) => tar.Hardlink("h", scene.Outside + "/secret")).Refused(EscapingHardLink, ImportAndUnpack),
        Attack("is absolute, and inside there is such a file").Entries(tar => tar.Hardlink("h", "/etc/passwd")).Refused(EscapingHardLink, ImportAndUnpack),
        Attack("through a link inside").Entries(tar => tar.File("d/f", "x").Symlink("l", "d").Hardlink("h", "l/f")).Refused(EscapingHardLink, Operation.ImportWithoutConfig).Accepted(Operation.Unpack),
        Attack("to itself, and the file stays").Entries(tar => tar.Hardlink("file", "file")).Refused(EscapingHardLink, ImportAndUnpack).Does(static scene =>
        {
            Assert.Throws<ArchiveRefusedException>(() => RootFsDiff.Apply(new HandmadeTar().Hardlink("file", "./file").Stream(), scene.OpenRoot()));
            Assert.True(File.Exists(scene.Inside("file")));
        }),
        Attack("climbs later").Entries(tar => tar.Hardlink("h", "etc/../../outside/secret")).Refused(EscapingHardLink, ImportAndUnpack),
        Attack("climbs by a PAX record").Entries(tar => tar.Pax("linkpath=../outside/secret").Hardlink("h", "file")).Refused(EscapingHardLink, ImportAndUnpack),
        Attack("climbs by a GNU long link").Entries(tar => tar.Entry("././@LongLink", 'K', "../outside/secret\0"u8.ToArray()).Hardlink("h", "file")).Refused(EscapingHardLink, ImportAndUnpack),
        Attack("through a planted link").Entries((tar, scene) => tar.Symlink("evil", scene.Outside).Hardlink("h", "evil/secret"))
            .Refused(EscapingSymbolicLink, Operation.ImportWithoutConfig).Refused(EscapingHardLink, Operation.Unpack),
        Attack("through an absolute link of the root").Entries(tar => tar.Hardlink("h", "absolute/secret")).Refused(EscapingHardLink, ImportAndUnpack),
        Attack("through a relative link of the root").Entries(tar => tar.Hardlink("h", "relative/secret")).Refused(EscapingHardLink, ImportAndUnpack),
        Attack("through a magic link of the root").Entries(tar => tar.Hardlink("h", "magic/secret")).Refused(EscapingHardLink, ImportAndUnpack),
        Attack("to a link of the root, then written").Entries(tar => tar.Hardlink("h", "file-link").File("h", "evil")).Accepted(Operation.Unpack).Leaves("h"),
        Attack("to a planted link, then a folder").Entries((tar, scene) => tar.Symlink("evil", scene.Outside).Hardlink("h", "evil").Folder("h/", 0x1FF).File("h/secret", "evil"))
            .Refused(EscapingSymbolicLink, Operation.ImportWithoutConfig).Accepted(Operation.Unpack).Leaves("h/secret"),
        Attack("to a planted link, then through it").Entries((tar, scene) => tar.Symlink("evil", scene.Outside).Hardlink("h", "evil").File("h/secret", "evil"))
            .Refused(EscapingSymbolicLink, Operation.ImportWithoutConfig).Refused(LinkInPath, Operation.Unpack),
        Attack("to a file with a name outside, then written").Entries(tar => tar.Hardlink("h", "hard").File("h", "evil").File("hard", "evil", 0x1FF)).Accepted(Operation.Unpack).Leaves("h", "hard"),
        Attack("to what comes later").Entries(tar => tar.Hardlink("h", "later").File("later")).Refused(EscapingHardLink, ImportAndUnpack),
        Attack("to itself").Entries(tar => tar.Hardlink("h", "./h")).Refused(EscapingHardLink, ImportAndUnpack),
        Attack("to a folder").Entries(tar => tar.Folder("d").Hardlink("h", "d")).Refused(EscapingHardLink, ImportAndUnpack),
        Attack("to the root").Entries(tar => tar.Hardlink("h", "./")).Refused(EscapingHardLink, ImportAndUnpack),
        Attack("to nothing").Entries(tar => tar.Hardlink("h", "")).Refused(EscapingHardLink, ImportAndUnpack),
        Attack("to a mounted file").Entries(tar => tar.Hardlink("h", "mount/file")).Refused(EscapingHardLink, ImportAndUnpack),
        Attack("into a mount").Entries(tar => tar.Hardlink("mount/h", "file")).Refused(MountInPath, ImportAndUnpack),
        Attack("through a file").Entries(tar => tar.Hardlink("h", "file/x")).Refused(EscapingHardLink, ImportAndUnpack),
        Attack("in place of a link of the root").Entries(tar => tar.File("f", "x").Hardlink("file-link", "f")).Accepted(ImportAndUnpack).Leaves("file-link"),

        Honest("inside").Entries(tar => tar.File("f", "x").Hardlink("h", "f").Hardlink("sub/h", "./f").Hardlink("h2", "sub/h")).Accepted().Leaves("h", "sub/h", "h2")
            .Holds((_, scene) => Assert.Equal(4u, scene.OpenRoot().Stat(RelativePath.Parse("h2"))!.Value.LinkCount)),
        Honest("to a file of the image").Entries(tar => tar.Hardlink("h", "etc/passwd")).Accepted(ImportAndUnpack).Leaves("h", "etc/passwd"),
        Honest("by a long name").Entries(tar => tar.Pax("path=" + new string('n', 200)).File("f", "x").Pax("linkpath=" + new string('n', 200)).Hardlink("h", "f")).Accepted().Leaves("h"),
        Honest("through an inner link of the image").Entries(tar => tar.Hardlink("h", "lib/libc.so")).Accepted(Operation.Unpack).Leaves("h"),
        Honest("replaced by another").Entries(tar => tar.File("a", "x").File("b", "y").Hardlink("h", "a").Hardlink("h", "b")).Accepted(Operation.Unpack).Leaves("h")
            .Holds((_, scene) => Assert.Equal("y", File.ReadAllText(scene.Inside("h")))),
    ];

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.HardLinks, name);

    private static AttackCase Honest(string name) => AttackCase.Honest(AttackClass.HardLinks, name);
}
