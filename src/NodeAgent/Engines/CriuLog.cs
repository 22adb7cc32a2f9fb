namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>Finds in CRIU's dump.log or restore.log the reason that a person needs.</summary>
public static class CriuLog
{
    /// <summary>Stands at the end of the log of a dump that went well.</summary>
    public const string DumpFinished = "Dumping finished successfully";

    /// <summary>Stands at the end of the log of a restore that went well.</summary>
    public const string RestoreFinished = "Restore finished successfully";

    private const int MaximumReasons = 2;

    // Printed on every run without CAP_SYS_RESOURCE, and at the end of every failed run: they explain nothing.
    private static readonly string[] Noise = ["rlimit: Can't setup", "Dumping FAILED", "Restoring FAILED", "cg: cgroupd: recv req error"];

    /// <summary>The first lines that CRIU calls errors, without times: the cause comes first, then what followed from it. Null when it calls none so.</summary>
    /// <param name="log">The log's text.</param>
    public static string? Reason(string log)
    {
        ArgumentNullException.ThrowIfNull(log);
        string[] reasons = [.. log.Split('\n')
            .Where(line => line.Contains("Error (", StringComparison.Ordinal) && !Noise.Any(noise => line.Contains(noise, StringComparison.Ordinal)))
            .Select(WithoutTimeAndPlace)
            .Distinct(StringComparer.Ordinal)
            .Take(MaximumReasons)];
        return reasons.Length == 0 ? null : string.Join("; ", reasons);
    }

    // "(00.123456)     12: Error (criu/files-reg.c:2143): Can't open file x" → "Can't open file x"
    private static string WithoutTimeAndPlace(string line)
    {
        int place = line.IndexOf("Error (", StringComparison.Ordinal);
        int text = line.IndexOf("): ", place, StringComparison.Ordinal);
        return (text < 0 ? line[place..] : line[(text + 3)..]).Trim();
    }
}
