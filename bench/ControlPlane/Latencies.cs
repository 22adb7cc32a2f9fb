using System.Collections.Concurrent;

namespace CheckpointOperator.ControlPlane.Benchmark;

/// <summary>How long each of many things took.</summary>
internal sealed class Latencies
{
    private readonly ConcurrentBag<double> _milliseconds = [];

    /// <summary>How many there are.</summary>
    public int Count => _milliseconds.Count;

    /// <summary>Adds one.</summary>
    public void Add(TimeSpan elapsed) => _milliseconds.Add(elapsed.TotalMilliseconds);

    /// <summary>Milliseconds within which a share of them ended.</summary>
    /// <param name="share">From 0 to 1.</param>
    public double Percentile(double share)
    {
        double[] sorted = [.. _milliseconds.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
    }
}
