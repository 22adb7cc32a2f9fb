using System.Text;

using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>Finds in CRIU's dump.log or restore.log the reason that a person needs.</summary>
public static class CriuLog
{
    /// <summary>Stands at the end of the log of a dump that went well.</summary>
    public const string DumpFinished = "Dumping finished successfully";

    /// <summary>Stands at the end of the log of a restore that went well.</summary>
    public const string RestoreFinished = "Restore finished successfully";

    private const int MaximumReasons = 2;
    private const int End = 8 * 1024 * 1024;

    // Printed on every run without CAP_SYS_RESOURCE, and after every failure: they explain nothing.
    private static readonly string[] Noise =
        ["rlimit: Can't setup", "Dumping FAILED", "Restoring FAILED", "cg: cgroupd: recv req error", "Dump files (pid: ", "): exited, status="];

    /// <summary>
    /// Reads a log: what is longer than 16 MiB without its middle, because a restore of 500 processes was seen to write 655 MB. The cause of a failure
    /// stands near the start or near the end, and at the end stands whether it went well. Empty where there is no such file.
    /// </summary>
    /// <param name="folder">The folder that the path begins in.</param>
    /// <param name="path">The log.</param>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static string Read(RootDirectory folder, RelativePath path)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!folder.Exists(path))
            return string.Empty;
        using var log = new FileStream(folder.OpenFileNoFollow(path), FileAccess.Read, bufferSize: 0);
        var text = new byte[Math.Min(log.Length, 2 * End)];
        bool whole = log.Length == text.Length;
        int first = log.ReadAtLeast(text.AsSpan(0, whole ? text.Length : End), whole ? text.Length : End, throwOnEndOfStream: false);
        if (whole)
            return Encoding.UTF8.GetString(text, 0, first);
        log.Seek(-End, SeekOrigin.End);
        int last = log.ReadAtLeast(text.AsSpan(first, End), End, throwOnEndOfStream: false);
        return $"{Encoding.UTF8.GetString(text, 0, first)}\n{Encoding.UTF8.GetString(text, first, last)}";
    }

    /// <summary>
    /// The first lines that CRIU calls errors, without times: the cause comes first, then what followed from it; and what to do about it, where that is
    /// known. Null when it calls none so.
    /// </summary>
    /// <param name="log">The log's text.</param>
    public static string? Reason(string log)
    {
        ArgumentNullException.ThrowIfNull(log);
        string[] errors = [.. log.Split('\n')
            .Where(line => line.Contains("Error (", StringComparison.Ordinal) && !Noise.Any(noise => line.Contains(noise, StringComparison.Ordinal)))
            .Select(WithoutTimeAndPlace)
            .Distinct(StringComparer.Ordinal)];
        if (errors.Length == 0)
            return null;
        string reasons = string.Join("; ", errors.Take(MaximumReasons));
        return CriuAdvice.For(errors) is { } advice ? $"{reasons.TrimEnd('.')}: {advice}" : reasons;
    }

    // "(00.123456)     12: Error (criu/files-reg.c:2143): Can't open file x" → "Can't open file x"
    private static string WithoutTimeAndPlace(string line)
    {
        int place = line.IndexOf("Error (", StringComparison.Ordinal);
        int text = line.IndexOf("): ", place, StringComparison.Ordinal);
        return (text < 0 ? line[place..] : line[(text + 3)..]).Trim();
    }
}
