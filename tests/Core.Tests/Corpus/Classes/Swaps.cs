using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Security;
using CheckpointOperator.Core.Tests.Support;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>What was looked at is exchanged before it is used. What is open stays what was looked at.</summary>
internal static class Swaps
{
    internal static IEnumerable<AttackCase> Cases =>
    [
        Attack("another archive in the verified one's place").Does(static scene => ImportAfter(scene, static scene => File.Move(scene.On("evil.tar"), scene.On("verified.tar"), overwrite: true))),
        Attack("a link in the verified archive's place").Does(static scene => ImportAfter(scene, static scene =>
        {
            File.Delete(scene.On("verified.tar"));
            File.CreateSymbolicLink(scene.On("verified.tar"), "evil.tar");
        })),
        Attack("a folder in the verified archive's place").Does(static scene => ImportAfter(scene, static scene =>
        {
            File.Delete(scene.On("verified.tar"));
            File.CreateSymbolicLink(scene.On("verified.tar"), "outside");
        })),
        Attack("the verified archive cut short").Does(static scene => Assert.Equal(
            ArchiveRefusal.Truncated,
            Assert.Throws<ArchiveRefusedException>(() => ImportAfter(scene, static scene =>
            {
                using var file = File.OpenHandle(scene.On("verified.tar"), FileMode.Open, FileAccess.Write);
                RandomAccess.SetLength(file, 600);
            })).Reason)),
        Attack("a link in the opened root's place").Does(static scene =>
        {
            using var root = RootDirectory.Open(scene.On("root"));
            Directory.Move(scene.On("root"), scene.On("moved"));
            File.CreateSymbolicLink(scene.On("root"), scene.Outside);
            RootFsDiff.Apply(new HandmadeTar().File("secret", "evil").Stream(), root);
            root.RemoveTree(RelativePath.Parse("dir"));
            File.Delete(scene.On("root"));
            Directory.Move(scene.On("moved"), scene.On("root"));
            Assert.True(File.Exists(scene.Inside("secret")) && !Directory.Exists(scene.Inside("dir")));
        }),
        Attack("a link in the opened checkpoint's place").Does(static scene =>
        {
            var root = scene.OpenRoot();
            foreach (var name in new[] { "checkpoint", "planted" })
            {
                Directory.CreateDirectory(scene.Inside(name));
                File.WriteAllBytes(scene.Inside($"{name}/rootfs-diff.tar"), new HandmadeTar().File($"from-{name}").Finish());
            }

            using var checkpoint = root.OpenDirectory(RelativePath.Parse("checkpoint"));
            Directory.Move(scene.Inside("checkpoint"), scene.Inside("moved"));
            File.CreateSymbolicLink(scene.Inside("checkpoint"), "planted");
            RootFsDiff.Apply(checkpoint, root);
            Assert.True(File.Exists(scene.Inside("from-checkpoint")) && !File.Exists(scene.Inside("from-planted")));
        }),
        Attack("a link under a log's name").Does(static scene => CannotBeCreated(scene, static scene => File.CreateSymbolicLink(scene.Inside("restore.log"), scene.Outside + "/secret"))),
        Attack("a dangling link under a log's name").Does(static scene => CannotBeCreated(scene, static scene => File.CreateSymbolicLink(scene.Inside("restore.log"), scene.Outside + "/new"))),
        Attack("a FIFO under a log's name").Does(static scene => CannotBeCreated(scene, static scene =>
            Assert.Equal(0, Libc.mknodat(scene.OpenRoot().Handle, "restore.log\0"u8, Libc.S_IFIFO | 0x180, 0)))),
        Attack("somebody's file under a log's name").Does(static scene => CannotBeCreated(scene, static scene => File.Move(scene.Inside("hard"), scene.Inside("restore.log")))),
        Attack("a folder under a log's name").Does(static scene => CannotBeCreated(scene, static scene => Directory.CreateDirectory(scene.Inside("restore.log")))),
        Attack("a link under the name that is written whole").Does(static scene =>
        {
            File.CreateSymbolicLink(scene.Inside("state"), scene.Outside + "/secret");
            scene.OpenRoot().WriteFileAtomically(RelativePath.Parse("state"), "new"u8);
            Assert.Equal("new", File.ReadAllText(scene.Inside("state")));
            Assert.Null(new FileInfo(scene.Inside("state")).LinkTarget);
        }),
        Attack("a link under the name that is read").Does(static scene =>
        {
            Assert.Throws<FileSystemException>(() => scene.OpenRoot().ReadFile(RelativePath.Parse("file-link"), 1000));
            Assert.Throws<FileSystemException>(() => scene.OpenRoot().ReadFile(RelativePath.Parse("absolute/secret"), 1000));
            Assert.Throws<FileSystemException>(() => scene.OpenRoot().OpenFile(RelativePath.Parse("magic/secret")).Dispose());
        }),

        Honest("the verified archive renamed").Does(static scene => ImportAfter(scene, static scene => File.Move(scene.On("verified.tar"), scene.Inside("renamed.tar")))),
        Honest("a log's name that is free").Does(static scene =>
        {
            LabelledFile.Create(scene.OpenRoot(), RelativePath.Parse("restore.log"), null).Dispose();
            Assert.True(File.Exists(scene.Inside("restore.log")));
        }),
    ];

    /// <summary>Verifies an archive, lets something happen, and unpacks what is open.</summary>
    private static void ImportAfter(Scene scene, Action<Scene> happen)
    {
        File.WriteAllBytes(scene.On("evil.tar"), new HandmadeTar().File("evil").File("config.dump", "{}").File("spec.dump", "{}").Finish());
        File.WriteAllBytes(scene.On("verified.tar"), new HandmadeTar().File("good", "good").File("config.dump", "{}").File("spec.dump", "{}").Finish());
        try
        {
            using SafeFileHandle file = File.OpenHandle(scene.On("verified.tar"));
            using var archive = CheckpointArchive.Open(file);
            var digest = archive.InspectAndHash().Digest;
            happen(scene);
            archive.ImportWithoutConfig(scene.OpenRoot());
            Assert.Equal(digest, archive.InspectAndHash().Digest);
            Assert.Equal("good", File.ReadAllText(scene.Inside("good")));
            Assert.False(File.Exists(scene.Inside("evil")));
        }
        finally
        {
            File.Delete(scene.On("evil.tar"));
            File.Delete(scene.On("verified.tar"));
        }
    }

    private static void CannotBeCreated(Scene scene, Action<Scene> plant)
    {
        plant(scene);
        var label = SELinuxLabel.Parse("system_u:object_r:container_file_t:s0");
        var fault = Assert.Throws<FileSystemException>(() => LabelledFile.Create(scene.OpenRoot(), RelativePath.Parse("restore.log"), label));
        Assert.True(fault.IsAlreadyThere);
    }

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.Swaps, name);

    private static AttackCase Honest(string name) => AttackCase.Honest(AttackClass.Swaps, name);
}
