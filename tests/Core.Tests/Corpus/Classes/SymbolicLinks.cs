using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>Links that lead out, and names that lead through links: planted by the archive, or standing in the root already.</summary>
internal static class SymbolicLinks
{
    private const Operation Import = Operation.ImportWithoutConfig;
    private const Operation Unpack = Operation.Unpack;

    internal static IEnumerable<AttackCase> Cases =>
    [
        Attack("absolute, then a file through it").Entries((tar, scene) => tar.Symlink("evil", scene.Outside).File("evil/secret", "evil"))
            .Refused(EscapingSymbolicLink, Import).Refused(LinkInPath, Unpack),
        Attack("relative, then a file through it").Entries(tar => tar.Symlink("evil", "../outside").File("evil/secret", "evil"))
            .Refused(EscapingSymbolicLink, Import).Refused(LinkInPath, Unpack),
        Attack("with many dots, then a file through it").Entries((tar, scene) => tar.Symlink("evil", "../../../../../../../.." + scene.Outside).File("evil/secret", "evil"))
            .Refused(EscapingSymbolicLink, Import).Refused(LinkInPath, Unpack),
        Attack("through /proc, then a file through it").Entries((tar, scene) => tar.Symlink("evil", "/proc/self/root" + scene.Outside).File("evil/secret", "evil"))
            .Refused(EscapingSymbolicLink, Import).Refused(LinkInPath, Unpack),
        Attack("to a file, then that file").Entries((tar, scene) => tar.Symlink("evil", scene.Outside + "/secret").File("evil", "evil"))
            .Refused(EscapingSymbolicLink, Import).Accepted(Unpack).Leaves("evil"),
        Attack("to a folder, then that folder").Entries((tar, scene) => tar.Symlink("evil", scene.Outside + "/folder").Folder("evil/", 0x1FF).File("evil/inner", "evil"))
            .Refused(EscapingSymbolicLink, Import).Accepted(Unpack).Leaves("evil/inner"),
        Attack("replaced by a folder and back").Entries((tar, scene) => tar.Symlink("evil", scene.Outside).Folder("evil/").File("evil/a").Symlink("evil", scene.Outside).File("evil/secret", "evil"))
            .Refused(EscapingSymbolicLink, Import).Refused(LinkInPath, Unpack),
        Attack("climbs behind a folder").Entries(tar => tar.Folder("d").Symlink("d/evil", "../../outside").File("d/evil/secret", "evil"))
            .Refused(EscapingSymbolicLink, Import).Refused(LinkInPath, Unpack),
        Attack("climbs behind another link").Entries(tar => tar.Folder("d").Symlink("d/x", "..").Symlink("y", "d/x/../outside").File("y/secret", "evil"))
            .Refused(EscapingSymbolicLink, Import).Refused(LinkInPath, Unpack),
        Attack("climbs behind another link, deeper").Entries(tar => tar.Folder("a/b/").Symlink("a/b/x", "../..").Symlink("a/b/y", "x/../outside").File("a/b/y/secret", "evil"))
            .Refused(EscapingSymbolicLink, Import).Refused(LinkInPath, Unpack),
        Attack("chain that leads out").Entries((tar, scene) => tar.Symlink("a", "b").Symlink("b", "c").Symlink("c", scene.Outside).File("a/secret", "evil"))
            .Refused(EscapingSymbolicLink, Import).Refused(LinkInPath, Unpack),
        Attack("loop").Entries(tar => tar.Symlink("a", "b").Symlink("b", "a").File("a/x", "evil")).Refused(LinkInPath, Import | Unpack),
        Attack("itself").Entries(tar => tar.Symlink("a", "a").File("a/x", "evil")).Refused(LinkInPath, Import | Unpack),
        Attack("without a target").Entries(tar => tar.Symlink("evil", "")).Refused(InvalidName, Import | Unpack),
        Attack("target holds a NUL").Entries(tar => tar.Pax("linkpath=good\0../../outside").Symlink("evil", "good")).Refused(InvalidName),
        Attack("target longer than any path").Entries(tar => tar.Pax("linkpath=" + new string('t', 4096)).Symlink("evil", "x")).Refused(NameTooLong),
        Attack("target climbs by a GNU long link").Entries(tar => tar.Entry("././@LongLink", 'K', "../outside\0"u8.ToArray()).Symlink("evil", "x").File("evil/secret", "evil"))
            .Refused(EscapingSymbolicLink, Import).Refused(LinkInPath, Unpack),
        Attack("a file through an absolute link of the root").Entries(tar => tar.File("absolute/secret", "evil")).Refused(LinkInPath, Import | Unpack),
        Attack("a file through a relative link of the root").Entries(tar => tar.File("relative/secret", "evil")).Refused(LinkInPath, Import | Unpack),
        Attack("a file through a climbing link of the root").Entries(tar => tar.File("climbing/folder/inner", "evil")).Refused(LinkInPath, Import | Unpack),
        Attack("a file through a magic link of the root").Entries(tar => tar.File("magic/secret", "evil")).Refused(LinkInPath, Import | Unpack),
        Attack("a file through the working folder's link").Entries(tar => tar.File("working/secret", "evil")).Refused(LinkInPath, Import | Unpack),
        Attack("a file through a link to a link of the root").Entries(tar => tar.File("chain/secret", "evil")).Refused(LinkInPath, Import | Unpack),
        Attack("a folder through a link of the root").Entries(tar => tar.Folder("dir/up/folder/", 0x1FF)).Refused(LinkInPath, Import | Unpack),
        Attack("a link through a link of the root").Entries(tar => tar.Symlink("relative/new", "x")).Refused(LinkInPath, Import | Unpack),
        Attack("a FIFO through a link of the root").Entries(tar => tar.Fifo("relative/new")).Refused(LinkInPath, Unpack),
        Attack("a file in place of a file link of the root").Entries(tar => tar.File("file-link", "evil").File("absolute-file-link", "evil")).Accepted(Import | Unpack).Leaves("file-link"),
        Attack("a folder in place of a link of the root").Entries(tar => tar.Folder("absolute/", 0x1FF).File("absolute/secret", "evil").Folder("relative/", 0x1FF)).Accepted(Import | Unpack).Leaves("absolute/secret"),
        Attack("a file into a mount").Entries(tar => tar.File("mount/new", "evil")).Refused(MountInPath, Import | Unpack),
        Attack("a file over a mounted one").Entries(tar => tar.File("mount/file", "evil")).Refused(MountInPath, Import | Unpack),
        Attack("a mount's own mode").Entries(tar => tar.Folder("mount/", 0x1FF)).Refused(MountInPath, Import | Unpack),
        Attack("a file deep in a mount").Entries(tar => tar.File("deep/down/mount/a/b/c", "evil")).Refused(MountInPath, Import | Unpack),
        Attack("a link into a mount, then a file through it").Entries(tar => tar.Symlink("into", "mount").File("into/new", "evil")).Refused(LinkInPath, Import).Refused(MountInPath, Unpack),
        Attack("a folder in place of a mount").Entries(tar => tar.File("deep", "evil")).Refused(MountInPath, Import | Unpack),

        Honest("inside").Entries(tar => tar.File("f", "x").Symlink("l", "f").Symlink("sub/l", "../f").Symlink("here", ".")).Accepted().Leaves("l", "sub/l", "here"),
        Honest("to nothing").Entries(tar => tar.Symlink("l", "never/was")).Accepted().Leaves("l"),
        Honest("up and down again").Entries(tar => tar.Folder("a/b").Symlink("a/b/l", "../../c").File("c")).Accepted().Leaves("a/b/l", "c"),
        Honest("names with dots").Entries(tar => tar.Symlink("l", "..x/...")).Accepted().Leaves("l"),
        Honest("of an image: absolute, and up to the root").Entries(tar => tar.Symlink("sh", "/usr/bin/sh").Symlink("up", "../../../etc")).Accepted(Unpack | Operation.InspectDiff).Leaves("sh", "up"),
        Honest("merged folders of an image").Entries(tar => tar.Symlink("bin", "usr/lib").File("bin/tool", "x").File("lib/other", "x")).Accepted(Unpack).Leaves("usr/lib/tool", "usr/lib/other"),
        Honest("a long target").Entries(tar => tar.Pax("linkpath=" + string.Join('/', Enumerable.Repeat(new string('t', 99), 40))).Symlink("l", "x")).Accepted().Leaves("l"),
        Honest("a folder through an inner link of the root").Entries(tar => tar.File("dir/inner/new", "x")).Accepted(Unpack).Leaves("etc/new"),
    ];

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.SymbolicLinks, name);

    private static AttackCase Honest(string name) => AttackCase.Honest(AttackClass.SymbolicLinks, name);
}
