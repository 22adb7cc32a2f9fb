using System.Globalization;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>What checkpointctl prints.</summary>
internal static class Checkpointctl
{
    /// <summary>A time as checkpointctl writes it.</summary>
    public static string Time(DateTimeOffset? time) => time!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A size as checkpointctl writes one of megabytes.</summary>
    public static string Size(long bytes) => FormattableString.Invariant($"{bytes / 1024.0 / 1024.0:0.0} MiB");

    /// <summary>The row of a table that names something.</summary>
    public static string[] Cells(string table, string name) =>
        table.Split('\n').Single(line => line.Contains(name, StringComparison.Ordinal) && line.StartsWith('|')).Split('|', StringSplitOptions.TrimEntries)[1..^1];
}
