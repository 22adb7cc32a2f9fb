namespace CheckpointOperator.Core.Tests.Corpus;

/// <summary>What is done with an archive, or with the tree that it left. Every case goes through every one.</summary>
[Flags]
public enum Operation
{
    None = 0,

    ImportWithoutConfig = 1 << 0,
    ImportConfig = 1 << 1,
    ReadRuntimeName = 1 << 2,
    Inspect = 1 << 3,

    /// <summary>The archive stands as rootfs-diff.tar in a checkpoint that is inspected.</summary>
    InspectDiff = 1 << 4,

    /// <summary>The archive is a root file system's diff.</summary>
    Apply = 1 << 5,

    /// <summary>The diff lies in an unpacked checkpoint's folder.</summary>
    ApplyFile = 1 << 6,

    /// <summary>The archive is a volume's content.</summary>
    Extract = 1 << 7,

    /// <summary>deleted.files on the root as it was planted.</summary>
    Delete = 1 << 8,

    /// <summary>deleted.files after the diff, which may have prepared the way.</summary>
    ApplyThenDelete = 1 << 9,

    // What follows is done to the tree that the diff left.
    ArchiveTree = 1 << 10,
    DiffUpper = 1 << 11,
    DiffChanges = 1 << 12,
    AddTree = 1 << 13,
    RemoveTrees = 1 << 14,
    CreateLabelled = 1 << 15,

    /// <summary>What the case itself does: it needs a moment between two steps.</summary>
    Steps = 1 << 16,

    /// <summary>The processes that CRIU's images tell of, with all their parts.</summary>
    ReadProcesses = 1 << 17,

    SearchMemory = 1 << 18,

    /// <summary>The changes and deletions that the archive holds.</summary>
    ListChanges = 1 << 19,

    ReadMetadata = 1 << 20,

    /// <summary>The archive is the layer of an OCI image, every digest right, and is imported from there.</summary>
    ImportImage = 1 << 21,

    /// <summary>What reads an archive's description and nothing else.</summary>
    Describe = ImportConfig | ReadRuntimeName | Inspect,

    /// <summary>What reads the checkpoint archive.</summary>
    Read = ImportWithoutConfig | Describe,

    /// <summary>What applies a diff.</summary>
    ApplyDiff = Apply | ApplyFile,

    /// <summary>What unpacks a whole tree.</summary>
    Unpack = ApplyDiff | Extract,

    /// <summary>What reads entries.</summary>
    ReadEntries = Read | InspectDiff | Unpack | ListChanges,

    /// <summary>What looks at every entry, even where the archive has not what is asked for.</summary>
    LookAtEntries = ReadEntries | ReadProcesses | SearchMemory | ReadMetadata | ImportImage,

    /// <summary>What removes by deleted.files.</summary>
    DeleteListed = Delete | ApplyThenDelete,

    /// <summary>What writes an archive of a tree.</summary>
    Write = ArchiveTree | DiffUpper | DiffChanges | AddTree,
}
