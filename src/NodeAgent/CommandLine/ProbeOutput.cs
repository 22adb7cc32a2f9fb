using CheckpointOperator.Core.Runtimes;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>What <c>runtime probe</c> found.</summary>
/// <param name="Runtimes">The runtimes that could be started.</param>
/// <param name="Criu">CRIU; null when it is not there.</param>
internal sealed record ProbeOutput(IReadOnlyList<OciRuntimeReport> Runtimes, CriuReport? Criu);
