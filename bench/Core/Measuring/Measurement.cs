namespace CheckpointOperator.Core.Benchmark.Measuring;

/// <summary>What one run took.</summary>
/// <param name="Milliseconds">From its start to its end.</param>
/// <param name="CpuSeconds">Of all its processes.</param>
/// <param name="PeakMebibytes">Resident memory of the largest of its processes.</param>
internal sealed record Measurement(double Milliseconds, double CpuSeconds, double PeakMebibytes);
