using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>Links, folders and FIFOs under names that readers take for a file, and files under names that they take for a folder.</summary>
internal static class KnownNames
{
    private static readonly string[] Files =
    [
        "config.dump", "spec.dump", "status", "status.dump", "network.status", "rootfs-diff.tar", "deleted.files", "container.log", "io.kubernetes.cri-o.LogPath",
        "dump.log", "restore.log", "bind.mounts", "devshm-checkpoint.tar", "stats-dump", "checkpoint-operator.json",
    ];

    internal static IEnumerable<AttackCase> Cases =>
    [
        .. Files.Select(static name => Attack($"{name} is a link out").AllEntries((tar, scene) => tar.Symlink(name, scene.Outside + "/secret")).Refused(UnexpectedType, Operation.Read)),
        .. Files.Select(static name => Attack($"{name} is a folder").AllEntries(tar => tar.Folder(name + "/").File(name + "/x")).Refused(UnexpectedType, Operation.Read)),
        .. Files.Select(static name => Attack($"{name} is a FIFO").AllEntries(tar => tar.Fifo("./" + name)).Refused(UnexpectedType, Operation.Read)),
        Attack("container.log is a link inside").Entries(tar => tar.File("x").Symlink("container.log", "x")).Refused(UnexpectedType, Operation.Read),
        Attack("container.log is a hard link").Entries(tar => tar.File("x").Hardlink("container.log", "x")).Refused(UnexpectedType, Operation.Read),
        Attack("deleted.files is a device").Entries(tar => tar.Device("deleted.files", 1, 5)).Refused(UnexpectedType, Operation.Read),
        Attack("checkpoint is a file").Entries(tar => tar.File("checkpoint")).Refused(UnexpectedType, Operation.Read),
        Attack("checkpoint is a link out").Entries((tar, scene) => tar.Symlink("checkpoint", scene.Outside).File("checkpoint/inventory.img", "evil")).Refused(UnexpectedType, Operation.Read),
        Attack("volumes is a link inside").Entries(tar => tar.Symlink("volumes", "etc").File("volumes/v.tar")).Refused(UnexpectedType, Operation.Read),
        Attack("pre-checkpoint is a FIFO").Entries(tar => tar.Fifo("pre-checkpoint")).Refused(UnexpectedType, Operation.Read),
        Attack("checkpoint stands in the root as a link").On(scene => File.CreateSymbolicLink(scene.Inside("checkpoint"), scene.Outside))
            .Entries(tar => tar.File("checkpoint/inventory.img", "evil")).Refused(LinkInPath, Operation.ImportWithoutConfig | Operation.Unpack),
        Attack("config.dump stands in the root as a link").On(scene => File.CreateSymbolicLink(scene.Inside("config.dump"), scene.Outside + "/secret"))
            .Entries(static tar => tar).Accepted(Operation.ImportConfig),

        Honest("all of them, as they are meant").AllEntries(static tar =>
        {
            foreach (var name in Files)
            {
                tar.File(name, name switch
                {
                    "deleted.files" => "[]",
                    "status.dump" => "{}",
                    "config.dump" => AttackCase.Config,
                    "spec.dump" => AttackCase.Specification,
                    "rootfs-diff.tar" => new string('\0', 1024),
                    _ => "x",
                });
            }

            return tar.Folder("checkpoint/").File("checkpoint/inventory.img", "x").Folder("volumes/").File("volumes/v.tar", "x").Folder("pre-checkpoint/");
        }).Accepted().Leaves("status", "rootfs-diff.tar", "deleted.files", "checkpoint/inventory.img", "volumes/v.tar"),
        Honest("the same names deeper").Entries(static tar => tar.Symlink("artifacts/status", "x").Folder("artifacts/config.dump/").File("artifacts/checkpoint", "x")).Accepted().Leaves("artifacts/checkpoint"),
        Honest("names that only look alike").Entries(static tar => tar.Symlink("config.dump.old", "x").Folder("rootfs-diff.tar.gz/").File("checkpoints", "x").Folder("status.d/")).Accepted().Leaves("checkpoints", "config.dump.old"),
    ];

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.KnownNames, name);

    private static AttackCase Honest(string name) => AttackCase.Honest(AttackClass.KnownNames, name);
}
