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
    internal static ConfigDump Parse(ReadOnlyMemory<byte> json)
    {
        using var document = CheckpointJson.ParseObject(json, CheckpointFiles.ConfigDump);
        var root = document.RootElement;
        return new ConfigDump(
            Text("id"),
            Text("name"),
            Text("rootfsImageName"),
            Text("rootfsImageRef") ?? Text("rootfsImage"),
            Text("runtime"),
            Time(Text("createdTime")),
            Time(Text("checkpointedTime")),
            Time(Text("restoredTime")));

        string? Text(string name) => root.GetText(name, CheckpointFiles.ConfigDump);
    }

    // Go writes its zero time (year 1) for what never happened.
    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var time) && time.Year > 1 ? time : null;
}
