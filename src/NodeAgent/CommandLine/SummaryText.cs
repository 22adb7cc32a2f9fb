using System.Globalization;
using System.Text;
using CheckpointOperator.Core.Archives;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>An archive's summary for people: a line for each fact that is known.</summary>
internal static class SummaryText
{
    /// <summary>Makes the text.</summary>
    public static string Of(ArchiveSummary summary, string? digest)
    {
        var text = new StringBuilder();
        Line("engine", EngineName(summary.Engine));
        Line("pod", summary.Pod is null ? null : $"{summary.Namespace}/{summary.Pod}");
        Line("pod uid", summary.PodUid);
        Line("container", summary.Container);
        Line("container id", summary.ContainerId);
        Line("image", summary.Image);
        Line("image id", summary.ImageId);
        Line("runtime", summary.Runtime);
        Line("created", Time(summary.CreatedAt));
        Line("checkpointed", Time(summary.CheckpointedAt));
        Line("restored", Time(summary.RestoredAt));
        Line("file", Invariant($"{summary.FileBytes} bytes, compression {CompressionName(summary.Compression)}"));
        Line("digest", digest);
        Line("content", Invariant($"{summary.Entries} entries, {summary.ContentBytes} bytes"));
        Line("processes", summary.HasProcessImages ? summary.Processes?.ToString(CultureInfo.InvariantCulture) ?? "unknown" : "none: CRIU's images are missing");
        Line("memory", Invariant($"{summary.MemoryBytes} bytes"));
        Line("rootfs diff", summary.RootfsDiffBytes is { } bytes
            ? Invariant($"{bytes} bytes, compression {CompressionName(summary.RootfsDiffCompression ?? ArchiveCompression.None)}")
            : "none");
        Line("files", Invariant($"{summary.ChangedFiles} changed, {summary.DeletedFiles} deleted"));
        Line("volumes", summary.Volumes.Count == 0 ? null : string.Join(", ", summary.Volumes));
        foreach (var (name, value) in summary.Annotations)
            Line("annotation", $"{name}={value}");
        return text.ToString().TrimEnd('\n');

        void Line(string name, string? value)
        {
            // The values are the archive's: none may start a line of its own.
            if (value is not null)
                text.Append(CultureInfo.InvariantCulture, $"{name + ":",-14}{new string([.. value.Select(static c => char.IsControl(c) ? '?' : c)])}\n");
        }
    }

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);

    private static string? Time(DateTimeOffset? time) => time?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string EngineName(ArchiveEngine engine) => engine switch
    {
        ArchiveEngine.Containerd => "containerd",
        ArchiveEngine.CriO => "CRI-O",
        _ => "podman",
    };

    private static string CompressionName(ArchiveCompression compression) => compression switch
    {
        ArchiveCompression.Gzip => "gzip",
        ArchiveCompression.Zstandard => "zstd",
        ArchiveCompression.Bzip2 => "bzip2",
        ArchiveCompression.Xz => "xz",
        _ => "none",
    };
}
