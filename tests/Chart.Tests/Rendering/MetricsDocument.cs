namespace CheckpointOperator.Chart.Tests.Rendering;

/// <summary>The tables of docs/metrics.md.</summary>
internal static class MetricsDocument
{
    /// <summary>Its metrics; those of a part alone, by the heading's last word.</summary>
    public static IEnumerable<DocumentedMetric> Read(string? of = null)
    {
        string part = string.Empty;
        foreach (string line in File.ReadLines(Path.Combine(RepositoryFolder.Path, "docs", "metrics.md")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal))
                part = line.Split(' ')[^1];
            string[] cells = [.. line.Split('|').Select(cell => cell.Trim().Trim('`'))];
            if (cells.Length == 8 && cells[1].Contains('.', StringComparison.Ordinal) && (of is null || part == of))
                yield return new DocumentedMetric(cells[1], cells[2], cells[3], cells[4], cells[6]);
        }
    }
}
