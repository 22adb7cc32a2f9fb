using System.Globalization;

namespace CheckpointOperator.Core.Archives;

/// <summary>What config.dump tells; podman's has many more members.</summary>
internal sealed record ConfigDump(
    string? Id,
    string? Name,
    string? ImageName,
    string? ImageId,
    string? Runtime,
    DateTimeOffset? CreatedAt,
    DateTimeOffset? CheckpointedAt,
    DateTimeOffset? RestoredAt)
{
    internal static ConfigDump Parse(ReadOnlyMemory<byte> json) => CheckpointJson.ReadObject(json, CheckpointFiles.ConfigDump, static root => new ConfigDump(
        root.GetText("id"),
        root.GetText("name"),
        root.GetText("rootfsImageName"),
        root.GetText("rootfsImageRef") ?? root.GetText("rootfsImage"),
        root.GetText("runtime"),
        Time(root.GetText("createdTime")),
        Time(root.GetText("checkpointedTime")),
        Time(root.GetText("restoredTime"))));

    // Go writes its zero time (year 1) for what never happened.
    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) && time.Year > 1 ? time : null;
}
