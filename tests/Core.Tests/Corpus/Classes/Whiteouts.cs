using CheckpointOperator.Core.FileSystem;
using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>Whiteouts that name what is outside, mounted, or nothing. Only a root file system's diff has any: elsewhere these are names like others.</summary>
internal static class Whiteouts
{
    private const Operation Apply = Operation.ApplyDiff;
    private const Operation Others = Operation.ImportWithoutConfig | Operation.Extract;

    internal static IEnumerable<AttackCase> Cases =>
    [
        Attack("of the folder above").Entries(tar => tar.File(".wh...")).Refused(InvalidWhiteout, Apply),
        Attack("of the folder above a folder").Entries(tar => tar.File("dir/.wh...")).Refused(InvalidWhiteout, Apply),
        Attack("of the folder itself").Entries(tar => tar.File("dir/.wh..")).Refused(InvalidWhiteout, Apply),
        Attack("of the root").Entries(tar => tar.File(".wh..")).Refused(InvalidWhiteout, Apply),
        Attack("of nothing").Entries(tar => tar.File("dir/.wh.")).Refused(InvalidWhiteout, Apply),
        Attack("of a whiteout").Entries(tar => tar.File(".wh..wh.file")).Refused(InvalidWhiteout, Apply),
        Attack("in aufs' own books").Entries(tar => tar.File(".wh..wh.plnk")).Refused(InvalidWhiteout, Apply),
        Attack("that climbs").Entries(tar => tar.File("../outside/.wh.secret")).Refused(PathTraversal),
        Attack("that is absolute").Entries((tar, scene) => tar.File(scene.Outside + "/.wh.secret")).Refused(AbsolutePath),
        Attack("behind an absolute link").Entries(tar => tar.File("absolute/.wh.secret").File("absolute/.wh.folder")).Accepted(Apply).Leaves("absolute"),
        Attack("behind a relative link").Entries(tar => tar.File("relative/.wh.secret").File("dir/up/.wh.folder")).Accepted(Apply).Leaves("relative"),
        Attack("behind a magic link").Entries(tar => tar.File("magic/.wh.secret")).Accepted(Apply).Leaves("magic"),
        Attack("behind a planted link").Entries((tar, scene) => tar.Symlink("evil", scene.Outside).File("evil/.wh.secret").File("evil/.wh..wh..opq")).Accepted(Apply).Leaves("evil"),
        Attack("of links, whose targets stay").Entries(tar => tar.File(".wh.absolute").File(".wh.file-link").File("dir/.wh.up").File(".wh.hard")).Accepted(Apply).Holds((operation, scene) => GoneIf(operation, scene, "absolute", "file-link", "dir/up", "hard")),
        Attack("of a mount point").Entries(tar => tar.File(".wh.mount")).Refused(UnsafeDeletion, Apply),
        Attack("of a mounted file").Entries(tar => tar.File("mount/.wh.file")).Refused(UnsafeDeletion, Apply),
        Attack("of a folder with a mount in it").Entries(tar => tar.File(".wh.deep")).Refused(UnsafeDeletion, Apply),
        Attack("opaque behind an absolute link").Entries(tar => tar.File("absolute/.wh..wh..opq")).Accepted(Apply),
        Attack("opaque behind a relative link").Entries(tar => tar.File("relative/.wh..wh..opq").File("chain/.wh..wh..opq")).Accepted(Apply),
        Attack("opaque mount").Entries(tar => tar.File("mount/.wh..wh..opq")).Refused(UnsafeDeletion, Apply),
        Attack("opaque folder with a mount in it").Entries(tar => tar.File("deep/.wh..wh..opq")).Refused(UnsafeDeletion, Apply),
        Attack("opaque root, which holds mounts").Entries(tar => tar.File(".wh..wh..opq")).Refused(UnsafeDeletion, Apply),
        Attack("opaque folder that holds links out").Entries((tar, scene) => tar.Symlink("opaque/a", scene.Outside).Symlink("opaque/lower/b", "../../../outside").File("opaque/.wh..wh..opq")).Accepted(Apply)
            .Holds((operation, scene) => GoneIf(operation, scene, "opaque/hidden")),
        Attack("device 0/0 on a mount").Entries(tar => tar.Device("mount", 0, 0)).Refused(UnsafeDeletion, Apply).Refused(Device, Others),
        Attack("device 0/0 behind a link").Entries(tar => tar.Device("absolute/secret", 0, 0).Device("relative/folder", 0, 0)).Accepted(Apply).Refused(Device, Operation.Extract | Operation.ImportWithoutConfig),
        Attack("device 0/0 in place of a link").Entries(tar => tar.Device("absolute", 0, 0).Device("file-link", 0, 0)).Accepted(Apply).Holds((operation, scene) => GoneIf(operation, scene, "absolute", "file-link")),
        Attack("device 0/0 on a folder that is written into").Entries(tar => tar.File("n/sub/new", "x").Device("n/sub", 0, 0).File("n/sub/later", "x")).Accepted(Apply)
            .Holds((operation, scene) => Assert.True(!Apply.HasFlag(operation) || File.Exists(scene.Inside("n/sub/later")))),
        Attack("a folder's mode is not its successor's").Entries(tar => tar.Folder("d/", 0x1FF).Device("d", 0, 0).File("d/x")).Accepted(Apply)
            .Holds((operation, scene) => Assert.True(!Apply.HasFlag(operation) || (int)scene.OpenRoot().Stat(RelativePath.Parse("d"))!.Value.Mode == 0x1ED)),
        Attack("that is a link").Entries((tar, scene) => tar.Symlink(".wh.file", scene.Outside)).Accepted(Apply).Holds((operation, scene) => GoneIf(operation, scene, "file")),
        Attack("that is a folder with files in it").Entries(tar => tar.Folder(".wh.absolute/").File(".wh.absolute/secret", "evil")).Accepted(Apply).Holds((operation, scene) => GoneIf(operation, scene, "absolute")),

        Honest("of an existing file and folder").Entries(tar => tar.File(".wh.file").File("dir/.wh.sub")).Accepted(Operation.Unpack | Operation.InspectDiff).Holds((operation, scene) => GoneIf(operation, scene, "file", "dir/sub")),
        Honest("of what is not there").Entries(tar => tar.File(".wh.never").File("no/such/.wh.folder")).Accepted(Apply),
        Honest("then the name again").Entries(tar => tar.File(".wh.file").File("file", "new")).Accepted(Operation.Unpack).Leaves("file"),
        Honest("opaque folder and what is new in it").Entries(tar => tar.File("opaque/new", "x").File("opaque/.wh..wh..opq").File("opaque/later", "x")).Accepted(Apply)
            .Leaves("opaque/new", "opaque/later").Holds((operation, scene) => GoneIf(operation, scene, "opaque/hidden", "opaque/lower")),
        Honest("device 0/0 on a file").Entries(tar => tar.Device("file", 0, 0)).Accepted(Apply | Operation.InspectDiff).Holds((operation, scene) => GoneIf(operation, scene, "file")),
        Honest("names that only look alike").Entries(tar => tar.File(".whx").File("a.wh.b").File("wh.x").File(".wh")).Accepted().Leaves(".whx", "a.wh.b", "wh.x", ".wh"),
        Honest("names like others in a volume").Entries(tar => tar.File(".wh.file", "x").File(".wh..wh..opq", "x")).Accepted(Others).Holds((operation, scene) =>
        {
            if (Others.HasFlag(operation))
                Assert.True(File.Exists(scene.Inside(".wh.file")) && File.Exists(scene.Inside("file")));
        }),
    ];

    private static void GoneIf(Operation operation, Scene scene, params string[] names)
    {
        if (!Apply.HasFlag(operation))
            return;
        var root = scene.OpenRoot();
        Assert.All(names, name => Assert.False(root.Exists(RelativePath.Parse(name)), $"{name} is still there"));
    }

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.Whiteouts, name);

    private static AttackCase Honest(string name) => AttackCase.Honest(AttackClass.Whiteouts, name);
}
