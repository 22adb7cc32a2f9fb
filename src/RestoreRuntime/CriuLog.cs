namespace CheckpointOperator.RestoreRuntime;

/// <summary>CRIU's restore.log.</summary>
internal static class CriuLog
{
    // CRIU tells the cause first and its own retreat last; three lines hold both and still fit an event.
    private const int Lines = 3;

    /// <summary>The last errors of the log in one line, or null where there is none.</summary>
    public static string? LastErrors(string workPath)
    {
        var path = Path.Combine(workPath, "restore.log");
        if (!File.Exists(path))
        {
            return null;
        }

        var last = new Queue<string>();
        foreach (var line in File.ReadLines(path))
        {
            var at = line.IndexOf("Error (", StringComparison.Ordinal);
            if (at < 0 || IsNoReason(line))
            {
                continue;
            }

            last.Enqueue(line[at..].Trim());
            if (last.Count > Lines)
            {
                last.Dequeue();
            }
        }

        return last.Count == 0 ? null : string.Join("; ", last);
    }

    // The closing lines say nothing, and without CAP_SYS_RESOURCE CRIU complains of its limit of open files and goes on.
    private static bool IsNoReason(string line) =>
        line.EndsWith("Restoring FAILED.", StringComparison.Ordinal)
        || line.Contains("cgroupd: recv req error", StringComparison.Ordinal)
        || line.Contains("Can't setup RLIMIT_NOFILE for self", StringComparison.Ordinal);
}
