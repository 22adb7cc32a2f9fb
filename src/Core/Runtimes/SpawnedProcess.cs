namespace CheckpointOperator.Core.Runtimes;

/// <summary>A program that was started and that nobody follows yet.</summary>
/// <param name="Id">Its process id.</param>
/// <param name="Alone">Whether its process group is left alone when it has ended.</param>
/// <param name="Output">What it writes to standard output.</param>
/// <param name="Error">What it writes to standard error.</param>
internal sealed record SpawnedProcess(int Id, bool Alone, Stream Output, Stream Error);
