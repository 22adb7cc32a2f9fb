using System.Globalization;
using CheckpointOperator.Core.Benchmark.Measuring;

namespace CheckpointOperator.Core.Benchmark.Reports;

/// <summary>What a work's ways took at one place, as a table, and how that stands to the targets.</summary>
internal sealed class WorkReport
{
    private readonly Work _work;
    private readonly string _place;
    private readonly List<Figure> _figures = [];

    internal WorkReport(string place, Work work, IReadOnlyList<Way> ways, IReadOnlyList<Measurement>[] measured, double?[] calls)
    {
        (_place, _work) = (place, work);
        for (var i = 0; i < ways.Count; i++)
        {
            _figures.Add(new Figure(
                place, work.Name, ways[i].Name, Median(measured[i].Select(static one => one.Milliseconds)), Median(measured[i].Select(static one => one.CpuSeconds)),
                measured[i].Max(static one => one.PeakMebibytes), calls[i], [.. measured[i].Select(static one => one.Milliseconds)]));
        }
    }

    internal IReadOnlyList<Figure> Figures => _figures;

    /// <summary>Writes the table and a line for each target.</summary>
    internal void Print(TextWriter output)
    {
        output.WriteLine($"\n### {_work.Name}, {_place}\n");
        output.WriteLine("| | ms (median) | least to most | ours is × as fast | CPU s | peak MiB | calls per entry |");
        output.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        foreach (var figure in _figures)
        {
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {figure.Way} | {figure.Milliseconds:F1} | {figure.AllMilliseconds.Min():F1} to {figure.AllMilliseconds.Max():F1} | {figure.Milliseconds / _figures[0].Milliseconds:F2} | {figure.CpuSeconds:F3} | {figure.PeakMebibytes:F1} | {figure.CallsPerEntry:F1} |"));
        }

        output.WriteLine();
        foreach (var target in _work.Targets)
            output.WriteLine(Describe(target));
    }

    private string Describe(Target target)
    {
        var ours = Find(target.Way);
        if (target.Milliseconds is { } milliseconds)
            return Line(ours.Milliseconds < milliseconds, $"{target.Way} below {milliseconds} ms", $"{ours.Milliseconds:F1} ms");
        if (target.Mebibytes is { } mebibytes)
            return Line(ours.PeakMebibytes < mebibytes, $"{target.Way} below {mebibytes} MiB", $"{ours.PeakMebibytes:F1} MiB");
        var slowest = target.Others.Select(Find).MaxBy(static figure => figure.Milliseconds)!;
        var ratio = slowest.Milliseconds / ours.Milliseconds;
        return Line(ratio >= target.Ratio, $"{target.Way} at least {target.Ratio:F2} × as fast as {string.Join(" or ", target.Others)}", $"{ratio:F2} × {slowest.Way}");
    }

    private static string Line(bool met, FormattableString wanted, FormattableString found) =>
        $"- {(met ? "met" : "NOT MET")}: {wanted.ToString(CultureInfo.InvariantCulture)}: {found.ToString(CultureInfo.InvariantCulture)}";

    private Figure Find(string way) => _figures.Single(figure => figure.Way == way);

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
