using System.Globalization;
using System.Numerics;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>What checkpointctl prints.</summary>
internal static class Checkpointctl
{
    /// <summary>A time as checkpointctl writes it.</summary>
    public static string Time(DateTimeOffset? time) => time!.Value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>A size as checkpointctl writes it: in the largest unit that it is at least one of.</summary>
    public static string Size(long bytes)
    {
        if (bytes < 1024)
            return FormattableString.Invariant($"{bytes} B");
        int unit = (63 - BitOperations.LeadingZeroCount((ulong)bytes)) / 10;
        return FormattableString.Invariant($"{bytes / Math.Pow(1024, unit):0.0} {"KMGTPE"[unit - 1]}iB");
    }

    /// <summary>The row of a table that names something.</summary>
    public static string[] Cells(string table, string name) =>
        table.Split('\n').Single(line => line.Contains(name, StringComparison.Ordinal) && line.StartsWith('|')).Split('|', StringSplitOptions.TrimEntries)[1..^1];
}
