using CheckpointOperator.Core.Archives;

namespace CheckpointOperator.Core.Tests.Corpus;

/// <summary>What an operation has to make of a case.</summary>
/// <param name="IsRefused">It is refused; otherwise it is done.</param>
/// <param name="Reason">Why it is refused; null: for any reason.</param>
public readonly record struct Outcome(bool IsRefused, ArchiveRefusal? Reason);
