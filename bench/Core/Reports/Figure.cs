namespace CheckpointOperator.Core.Benchmark.Reports;

/// <summary>What one way of a work took at one place: medians over its runs.</summary>
/// <param name="Place">The file system.</param>
/// <param name="Work">The work.</param>
/// <param name="Way">Whose way.</param>
/// <param name="Milliseconds">From start to end.</param>
/// <param name="CpuSeconds">Of all its processes.</param>
/// <param name="PeakMebibytes">Resident memory of the largest process, in the worst run.</param>
/// <param name="CallsPerEntry">System calls for each entry.</param>
/// <param name="AllMilliseconds">Of each run, in order.</param>
internal sealed record Figure(
    string Place, string Work, string Way, double Milliseconds, double CpuSeconds, double PeakMebibytes, double? CallsPerEntry, IReadOnlyList<double> AllMilliseconds);
