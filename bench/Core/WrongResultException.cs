namespace CheckpointOperator.Core.Benchmark;

/// <summary>A run failed, or did not do what it should.</summary>
internal sealed class WrongResultException(string message) : Exception(message);
