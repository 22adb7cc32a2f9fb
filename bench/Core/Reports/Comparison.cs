using System.Globalization;

namespace CheckpointOperator.Core.Benchmark.Reports;

/// <summary>This run beside an earlier one.</summary>
internal static class Comparison
{
    /// <summary>Writes a row for each figure that both have.</summary>
    internal static void Print(IReadOnlyList<Figure> earlier, IReadOnlyList<Figure> now, TextWriter output)
    {
        output.WriteLine("\n### Beside the earlier run\n");
        output.WriteLine("| place | work | way | ms then | ms now | times as fast | peak MiB then | now |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var figure in now)
        {
            if (earlier.FirstOrDefault(one => (one.Place, one.Work, one.Way) == (figure.Place, figure.Work, figure.Way)) is not { } then)
                continue;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {figure.Place} | {figure.Work} | {figure.Way} | {then.Milliseconds:F1} | {figure.Milliseconds:F1} | {then.Milliseconds / figure.Milliseconds:F2} | {then.PeakMebibytes:F1} | {figure.PeakMebibytes:F1} |"));
        }
    }
}
