namespace CheckpointOperator.Plugin.Output;

/// <summary>Numbers for people.</summary>
internal static class Quantities
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB"];

    /// <summary>Bytes in the largest unit of which there is one, such as <c>1.5 GiB</c>.</summary>
    public static string Bytes(double bytes)
    {
        int unit = 0;
        for (; bytes >= 1024 && unit < Units.Length - 1; unit++)
            bytes /= 1024;
        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 || bytes >= 100 ? Math.Floor(bytes) : Math.Floor(bytes * 10) / 10)} {Units[unit]}");
    }

    /// <summary>A time span as kubectl tells ages: <c>42s</c>, <c>5m12s</c>, <c>3h7m</c>, <c>2d4h</c>.</summary>
    public static string Duration(TimeSpan time) => time switch
    {
        { TotalMinutes: < 2 } => $"{(int)Math.Max(0, time.TotalSeconds)}s",
        { TotalMinutes: < 10 } => $"{time.Minutes}m{time.Seconds}s",
        { TotalHours: < 3 } => $"{(int)time.TotalMinutes}m",
        { TotalHours: < 8 } => $"{time.Hours}h{time.Minutes}m",
        { TotalDays: < 2 } => $"{(int)time.TotalHours}h",
        { TotalDays: < 8 } => $"{time.Days}d{time.Hours}h",
        _ => $"{time.Days}d",
    };
}
