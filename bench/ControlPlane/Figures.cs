using System.Globalization;
using System.Text.Json.Nodes;

namespace CheckpointOperator.ControlPlane.Benchmark;

/// <summary>What was measured, in the order in which it was, and what is not as it has to be.</summary>
internal sealed class Figures
{
    private readonly List<(string Name, double Value, string Unit)> _figures = [];
    private readonly List<string> _problems = [];

    /// <summary>What is wrong whatever the machine is; nothing of it is a time.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Notes a figure.</summary>
    public void Note(string name, double value, string unit)
    {
        _figures.Add((name, value, unit));
        // Seen at once: a run takes minutes.
        Console.Error.WriteLine($"  {name}: {Text(value)} {unit}");
    }

    /// <summary>Notes bytes in MiB.</summary>
    public void NoteBytes(string name, double bytes) => Note(name, bytes / (1 << 20), "MiB");

    /// <summary>Notes the shares of some times.</summary>
    public void Note(string name, Latencies latencies)
    {
        foreach ((string share, double of) in new[] { ("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("most", 1) })
            Note($"{name}, {share}", latencies.Percentile(of), "ms");
    }

    /// <summary>Notes what is wrong where something does not hold.</summary>
    public void Require(bool holds, string otherwise)
    {
        if (!holds)
            _problems.Add(otherwise);
    }

    /// <summary>Writes a table.</summary>
    public void Write(TextWriter writer)
    {
        foreach ((string name, double value, string unit) in _figures)
            writer.WriteLine($"| {name} | {Text(value)} {unit} |");
    }

    /// <summary>All of them, by name.</summary>
    public string ToJson()
    {
        JsonObject json = [];
        foreach ((string name, double value, string unit) in _figures)
            json[$"{name} ({unit})"] = double.IsFinite(value) ? value : null;
        return json.ToJsonString();
    }

    private static string Text(double value) => value.ToString(value is > -10 and < 10 ? "0.##" : "#,0", CultureInfo.InvariantCulture);
}
