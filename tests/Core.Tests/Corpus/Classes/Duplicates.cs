using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>Two entries of one name: one reader would check the first and another use the second.</summary>
internal static class Duplicates
{
    private const string Evil = """{"runtime":"/evil"}""";

    internal static IEnumerable<AttackCase> Cases =>
    [
        Attack("configuration, then another").AllEntries(tar => tar.File("config.dump", AttackCase.Config).File("spec.dump", "{}").File("config.dump", Evil)).Refused(DuplicateEntry, Operation.Read & ~Operation.ReadRuntimeName),
        Attack("configuration, then by a dot").AllEntries(tar => tar.File("config.dump", AttackCase.Config).File("spec.dump", "{}").File("./config.dump", Evil)).Refused(DuplicateEntry, Operation.Read & ~Operation.ReadRuntimeName),
        Attack("configuration, then by slashes").AllEntries(tar => tar.File("config.dump", AttackCase.Config).File("spec.dump", "{}").File(".//./config.dump", Evil)).Refused(DuplicateEntry, Operation.Read & ~Operation.ReadRuntimeName),
        Attack("configuration, then absolute").AllEntries(tar => tar.File("config.dump", AttackCase.Config).File("spec.dump", "{}").File("/config.dump", Evil)).Refused(AbsolutePath, Operation.Read & ~Operation.ReadRuntimeName),
        Attack("configuration, then by a detour").AllEntries(tar => tar.File("config.dump", AttackCase.Config).File("spec.dump", "{}").File("x/../config.dump", Evil)).Refused(PathTraversal, Operation.Read & ~Operation.ReadRuntimeName),
        Attack("configuration, then by a PAX record").AllEntries(tar => tar.File("config.dump", AttackCase.Config).File("spec.dump", "{}").Pax("path=config.dump").File("harmless", Evil)).Refused(DuplicateEntry, Operation.Read & ~Operation.ReadRuntimeName),
        Attack("configuration, then by a GNU long name").AllEntries(tar => tar.File("config.dump", AttackCase.Config).File("spec.dump", "{}").Entry("././@LongLink", 'L', "config.dump\0"u8.ToArray()).File("harmless", Evil))
            .Refused(DuplicateEntry, Operation.Read & ~Operation.ReadRuntimeName),
        Attack("configuration first absolute").AllEntries(tar => tar.File("/config.dump", Evil).File("config.dump", AttackCase.Config).File("spec.dump", "{}")).Refused(AbsolutePath, Operation.Read),
        Attack("configuration, then a link").AllEntries((tar, scene) => tar.File("config.dump", AttackCase.Config).File("spec.dump", "{}").Symlink("config.dump", scene.Outside)).Refused(DuplicateEntry, Operation.Read & ~Operation.ReadRuntimeName),
        Attack("configuration, then a folder").AllEntries(tar => tar.File("config.dump", AttackCase.Config).File("spec.dump", "{}").Folder("config.dump/")).Refused(UnexpectedType, Operation.Read & ~Operation.ReadRuntimeName),
        Attack("two specifications in a row").AllEntries(tar => tar.File("spec.dump", "{}").File("spec.dump", AttackCase.Specification).File("config.dump", AttackCase.Config)).Refused(DuplicateEntry, Operation.Read),
        Attack("two diffs").Entries(tar => tar.File("rootfs-diff.tar", new string('\0', 1024)).File("./rootfs-diff.tar", new string('\0', 1024))).Refused(DuplicateEntry, Operation.Read),
        Attack("two lists of deleted files").Entries(tar => tar.File("deleted.files", "[]").File("deleted.files", """["/etc"]""")).Refused(DuplicateEntry, Operation.Read),
        Attack("two images").Entries(tar => tar.File("checkpoint/core-1.img", "a").File("checkpoint//core-1.img", "b")).Refused(DuplicateEntry, Operation.Read),
        Attack("file, then a hard link of its name").Entries(tar => tar.File("a", "x").File("b", "y").Hardlink("b", "a")).Refused(DuplicateEntry, Operation.Read),
        Attack("file, then a link of its name").Entries(tar => tar.File("a", "x").Symlink("./a", "b")).Refused(DuplicateEntry, Operation.Read),
        Attack("a file's name once more in the diff of a checkpoint").Entries(tar => tar.File("a", "x").File("a", "y")).Refused(DuplicateEntry, Operation.Read).Accepted(Operation.Unpack)
            .Holds((operation, scene) => Assert.Equal("y", File.ReadAllText(scene.Inside("a")))),

        Honest("names that only begin alike").Entries(tar => tar.File("config.dump.x", "x").File("config.dum").File("checkpointX").File("spec.dump~").File("rootfs-diff.tar.gz")).Accepted().Leaves("config.dump.x", "checkpointX"),
        Honest("names that differ in case").Entries(tar => tar.File("Config.dump", "x").File("CONFIG.DUMP", "y").File("Spec.dump")).Accepted().Leaves("Config.dump", "CONFIG.DUMP"),
        Honest("the same name in other folders").Entries(tar => tar.File("a/config.dump", "x").File("b/config.dump", "y").File("a/x").File("b/x")).Accepted().Leaves("a/config.dump", "b/config.dump"),
        Honest("folders named again and again").Entries(tar => tar.Folder("checkpoint").Folder("./checkpoint/").File("checkpoint/a").Folder("checkpoint/")).Accepted().Leaves("checkpoint/a"),
        Honest("names with spaces at their end").Entries(tar => tar.File("config.dump ", "x").File(" config.dump", "x")).Accepted().Leaves("config.dump ", " config.dump"),
    ];

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.Duplicates, name);

    private static AttackCase Honest(string name) => AttackCase.Honest(AttackClass.Duplicates, name);
}
