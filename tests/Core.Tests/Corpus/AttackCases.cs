using CheckpointOperator.Core.Tests.Corpus.Classes;

namespace CheckpointOperator.Core.Tests.Corpus;

/// <summary>The whole corpus.</summary>
internal static class AttackCases
{
    internal static IReadOnlyList<AttackCase> All { get; } =
    [
        .. Names.Cases, .. SymbolicLinks.Cases, .. HardLinks.Cases, .. EntryTypes.Cases, .. KnownNames.Cases, .. Deletions.Cases,
        .. Privileges.Cases, .. Whiteouts.Cases, .. Bombs.Cases, .. Duplicates.Cases, .. BindMounts.Cases, .. Specifications.Cases,
        .. RuntimeNames.Cases, .. Identities.Cases, .. CriuImages.Cases, .. Tails.Cases, .. Swaps.Cases, .. Numbers.Cases,
    ];
}
