using System.Text;
using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>Names that climb, start at the root, are none, or are too long.</summary>
internal static class Names
{
    internal static IEnumerable<AttackCase> Cases =>
    [
        Attack("climbs").Entries(tar => tar.File("../outside/secret", "evil")).Refused(PathTraversal),
        Attack("climbs after others that are good").Entries(tar => tar.File("new/a", "x").Folder("other/").File("../outside/secret", "evil")).Refused(PathTraversal),
        Attack("climbs later").Entries(tar => tar.File("a/../../outside/secret", "evil")).Refused(PathTraversal),
        Attack("climbs at its end").Entries(tar => tar.Folder("a/..")).Refused(PathTraversal),
        Attack("is the folder above").Entries(tar => tar.Folder("..")).Refused(PathTraversal),
        Attack("climbs behind a dot").Entries(tar => tar.File("./../outside/secret", "evil")).Refused(PathTraversal),
        Attack("climbs with empty components").Entries(tar => tar.File("a//..//..//outside/secret", "evil")).Refused(PathTraversal),
        Attack("climbs and comes back").Entries(tar => tar.File("../root/file", "evil")).Refused(PathTraversal),
        Attack("climbs by the prefix field").Entries(tar => tar.File("outside/secret", "evil").Field(345, "../"u8.ToArray())).Refused(PathTraversal),
        Attack("climbs by a PAX record").Entries(tar => tar.Pax("path=../outside/secret").File("good", "evil")).Refused(PathTraversal),
        Attack("climbs by a GNU long name").Entries(tar => tar.Entry("././@LongLink", 'L', "../outside/secret\0"u8.ToArray()).File("good", "evil")).Refused(PathTraversal),
        Attack("climbs to the neighbour of a like name").Entries(tar => tar.File("../rootx/file", "evil")).Refused(PathTraversal),
        Attack("is absolute").Entries((tar, scene) => tar.File(scene.Outside + "/secret", "evil")).Refused(AbsolutePath),
        Attack("is absolute with two slashes").Entries((tar, scene) => tar.File("/" + scene.Outside + "/secret", "evil")).Refused(AbsolutePath),
        Attack("is an absolute folder").Entries((tar, scene) => tar.Folder(scene.Outside + "/folder/")).Refused(AbsolutePath),
        Attack("is absolute by a PAX record").Entries((tar, scene) => tar.Pax($"path={scene.Outside}/secret").File("good", "evil")).Refused(AbsolutePath),
        Attack("is empty").Entries(tar => tar.File("", "evil")).Refused(InvalidName),
        Attack("is the root and a file").Entries(tar => tar.File("./", "evil")).Refused(InvalidName),
        Attack("is a slash and a file").Entries(tar => tar.File("/", "evil")).Refused(InvalidName),
        Attack("is a dot and a link").Entries((tar, scene) => tar.Symlink(".", scene.Outside)).Refused(InvalidName),
        Attack("holds a NUL").Entries(tar => tar.Pax("path=good\0/../../outside/secret").File("good", "evil")).Refused(InvalidName),
        Attack("is longer than any path").Entries(tar => tar.Pax("path=" + string.Join('/', Enumerable.Repeat(new string('n', 99), 60))).File("good")).Refused(NameTooLong),
        Attack("has a component that no file system takes").Entries(tar => tar.Pax("path=" + new string('n', 256)).File("good")).Refused(NameTooLong),
        Attack("has a long component in its middle").Entries(tar => tar.Pax("path=a/" + new string('n', 256) + "/b").File("good")).Refused(NameTooLong),
        Attack("is longer than any path by GNU").Entries(tar => tar.Entry("././@LongLink", 'L', Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("n/", 3000)))).File("good")).Refused(NameTooLong),
        Attack("is deeper than is taken").Entries(tar => tar.Pax("path=" + string.Concat(Enumerable.Repeat("d/", 256)) + "f").File("good")).Refused(TooDeep),

        Honest("starts with two dots").Entries(tar => tar.File("..x").File("..data/x").File("...").File("x..").File("a..b")).Accepted().Leaves("..x", "..data/x", "...", "x..", "a..b"),
        Honest("has dots and empty components").Entries(tar => tar.Folder("./").Folder("./new/").File("./new//./file")).Accepted().Leaves("new/file"),
        Honest("is as long as a component may be").Entries(tar => tar.Pax("path=" + new string('n', 255)).File("good")).Accepted().Leaves(new string('n', 255)),
        Honest("is as deep as is taken").Entries(tar => tar.Pax("path=" + string.Concat(Enumerable.Repeat("d/", 255)) + "f").File("good")).Accepted().Leaves(string.Concat(Enumerable.Repeat("d/", 255)) + "f"),
        Honest("is as long as a path may be").Entries(tar => tar.Pax("path=" + LongPath).File("good")).Accepted().Leaves(LongPath),
        Honest("has backslashes, which mean nothing").Entries(tar => tar.File("..\\outside\\secret").File("C:\\x")).Accepted().Leaves("..\\outside\\secret", "C:\\x"),
        Honest("has spaces, line breaks and dashes").Entries(tar => tar.File("-rf").File(" ").File("a\nb").File("tab\t").File("$(id)")).Accepted().Leaves("-rf", " ", "a\nb", "tab\t", "$(id)"),
        Honest("is no UTF-8").Entries(tar => tar.File("good").Field(0, [0xff, 0xfe, (byte)'x', 0])).Accepted()
            .Holds((_, scene) => Assert.Contains(scene.OpenRoot().List(), static entry => entry.Path.NameBytes.SequenceEqual((ReadOnlySpan<byte>)[0xff, 0xfe, (byte)'x']))),
        Honest("is in many scripts").Entries(tar => tar.File("файл").File("文件/ü")).Accepted().Leaves("файл", "文件/ü"),
        Honest("is long by the prefix field").Entries(tar => tar.File(new string('n', 100)).Field(345, Encoding.ASCII.GetBytes(new string('p', 155)))).Accepted().Leaves(new string('p', 155) + "/" + new string('n', 100)),
    ];

    private static string LongPath => string.Join('/', Enumerable.Repeat(new string('n', 127), 31)) + "/" + new string('e', 127);

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.Names, name);

    private static AttackCase Honest(string name) => AttackCase.Honest(AttackClass.Names, name);
}
