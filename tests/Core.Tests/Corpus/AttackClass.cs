namespace CheckpointOperator.Core.Tests.Corpus;

/// <summary>What a malicious archive can try.</summary>
public enum AttackClass
{
    Names = 1,
    SymbolicLinks,
    HardLinks,
    EntryTypes,
    KnownNames,
    Deletions,
    Privileges,
    Whiteouts,
    Bombs,
    Duplicates,
    BindMounts,
    Specification,
    RuntimeName,
    Identity,
    CriuImages,
    Tails,
    Swaps,
    Numbers,
}
