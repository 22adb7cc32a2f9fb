using System.Text;
using CheckpointOperator.Core.Archives;
using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>Lists of deleted files that name what is outside, mounted, or nothing.</summary>
internal static class Deletions
{
    private const Operation Delete = Operation.DeleteListed;

    internal static IEnumerable<AttackCase> Cases =>
    [
        List("the root", """["/file", "/"]""").Refused(UnsafeDeletion, Delete).Leaves("file"),
        List("nothing", """["/file", ""]""").Refused(UnsafeDeletion, Delete),
        List("a dot", """["/file", "."]""").Refused(UnsafeDeletion, Delete),
        List("slashes and dots", """["/file", "//./"]""").Refused(UnsafeDeletion, Delete),
        List("two dots", """["/file", ".."]""").Refused(UnsafeDeletion, Delete),
        List("a path that climbs", """["/file", "/../outside/secret"]""").Refused(UnsafeDeletion, Delete),
        List("a path that climbs later", """["/file", "etc/../../outside/secret"]""").Refused(UnsafeDeletion, Delete),
        List("a path that climbs and stays", """["/file", "/etc/../file"]""").Refused(UnsafeDeletion, Delete),
        List("a NUL", """["/file", "/etc/passwd\u0000x"]""").Refused(UnsafeDeletion, Delete),
        Attack("an absolute path of the host").Deletes(scene => Encoding.UTF8.GetBytes($"[\"{scene.Outside}/secret\", \"/{scene.Outside}/secret\"]")).Accepted(Delete),
        List("a file behind an absolute link", """["/absolute/secret", "/absolute/folder"]""").Accepted(Delete),
        List("a file behind a relative link", """["/relative/secret", "relative/empty"]""").Accepted(Delete),
        List("a file behind a climbing link", """["/climbing/secret", "/dir/up/secret", "/chain/secret"]""").Accepted(Delete),
        List("a file behind a magic link", """["/magic/secret"]""").Accepted(Delete),
        List("a file behind a looping link", """["/loop/x", "/dangling/x", "/file/x"]""").Accepted(Delete),
        List("links, whose targets stay", """["/absolute", "/relative", "/file-link", "/magic", "/dir/up", "/hard"]""").Accepted(Delete).Removes("absolute", "relative", "file-link", "magic", "dir/up", "hard"),
        Attack("a file behind a link that the diff planted").Entries((tar, scene) => tar.Symlink("evil", scene.Outside).Symlink("evil2", "../outside").Symlink("etc", scene.Outside))
            .Deletes("""["/evil/secret", "/evil2/folder", "/etc/secret"]""").Accepted(Operation.ApplyThenDelete),
        Attack("a file behind a link that replaced a folder").Entries(tar => tar.Symlink("dir", "../outside")).Deletes("""["/dir/folder/inner", "/dir/secret"]""").Accepted(Operation.ApplyThenDelete),
        Attack("trees that hold links out").Entries((tar, scene) => tar.Symlink("dir/a", scene.Outside).Symlink("dir/sub/b", "../../../outside")).Deletes("""["/dir"]""").Accepted(Delete).Removes("dir"),
        List("a mount point", """["/mount"]""").Refused(UnsafeDeletion, Delete),
        List("a mounted file", """["/mount/file"]""").Refused(UnsafeDeletion, Delete),
        List("a mounted folder", """["/mount/folder"]""").Refused(UnsafeDeletion, Delete),
        List("what is not in a mount", """["/mount/never/was"]""").Refused(UnsafeDeletion, Delete),
        List("a folder with a mount in it", """["/deep"]""").Refused(UnsafeDeletion, Delete),
        List("a folder between a folder and a mount", """["/deep/down"]""").Refused(UnsafeDeletion, Delete),
        Attack("a mounted file through a link").Entries(tar => tar.Symlink("into", "mount")).Deletes("""["/into/file"]""").Refused(UnsafeDeletion, Operation.ApplyThenDelete),
        List("a mounted file behind others", """["/file", "/etc", "/mount/file"]""").Refused(UnsafeDeletion, Delete),
        List("a folder with a mount in it behind others", """["/file", "/deep"]""").Refused(UnsafeDeletion, Delete),
        List("no list", "{}").Refused(InvalidJson, Delete),
        List("one path", "\"/file\"").Refused(InvalidJson, Delete),
        List("a number", """["/file", 1]""").Refused(InvalidJson, Delete),
        List("a list in a list", """["/file", ["/etc"]]""").Refused(InvalidJson, Delete),
        List("an object in a list", """["/file", {"path":"/etc"}]""").Refused(InvalidJson, Delete),
        List("no end", """["/file" """).Refused(InvalidJson, Delete),
        List("something behind the list", """["/file"] ["/etc"]""").Refused(InvalidJson, Delete),
        List("an empty file", "").Refused(InvalidJson, Delete),
        List("half a character", """["/file", "\ud800"]""").Refused(InvalidJson, Delete),
        Attack("bytes that are no UTF-8").Deletes(_ => [.. "[\"/file\", \"/"u8, 0xff, 0xfe, .. "\"]"u8]).Refused(InvalidJson, Delete),
        List("a thousand lists in each other", new string('[', 1000) + new string(']', 1000)).Refused(InvalidJson, Delete),
        List("a list above the limit", "[" + string.Join(',', Enumerable.Repeat("\"/a\"", 500)) + "]").Within(new ArchiveLimits { MaxDeletedFilesBytes = 1000 }).Refused(JsonTooLarge, Delete),
        Attack("a hundred thousand paths").Deletes(_ => Encoding.ASCII.GetBytes("[" + string.Join(',', Enumerable.Range(0, 100_000).Select(static i => $"\"/n/{i}\"")) + "]")).Accepted(Delete),
        Attack("names that no file system takes").Deletes(_ => Encoding.ASCII.GetBytes($"[\"/{new string('n', 256)}\", \"/{string.Concat(Enumerable.Repeat("d/", 3000))}x\"]")).Accepted(Delete),

        Honest("files, folders and links", """["/etc/passwd", "dir/sub", "/file-link", "/never/was", "/etc/passwd"]""").Accepted(Delete).Removes("etc/passwd", "dir/sub", "file-link").Leaves("dir/file", "etc", "file"),
        Honest("a file behind an inner link", """["/lib/libc.so"]""").Accepted(Delete).Removes("usr/lib/libc.so").Leaves("lib"),
        Honest("nothing deleted", "null").Accepted(Delete).Leaves("file"),
        Honest("an empty list", " [ ] ").Accepted(Delete).Leaves("file"),
        Honest("strange names").Entries(tar => tar.File("..x").File("a\nb").File("ü \"q\"")).Deletes("""["/..x", "/a\nb", "/\u00fc \"q\"", "..."]""").Accepted(Operation.ApplyThenDelete).Removes("..x", "a\nb", "ü \"q\""),
    ];

    private static AttackCase List(string name, string json) => Attack(name).Deletes(json);

    private static AttackCase Honest(string name, string json) => Honest(name).Deletes(json);

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.Deletions, name);

    private static AttackCase Honest(string name) => AttackCase.Honest(AttackClass.Deletions, name);
}
