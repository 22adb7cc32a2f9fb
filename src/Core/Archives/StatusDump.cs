using System.Text.Json;

namespace CheckpointOperator.Core.Archives;

/// <summary>status.dump, which containerd writes: the ContainerStatus of the CRI.</summary>
internal static class StatusDump
{
    internal static ContainerIdentity Parse(ReadOnlyMemory<byte> json)
    {
        using var document = CheckpointJson.ParseObject(json, CheckpointFiles.StatusDump);
        var identity = new ContainerIdentity(
            Container: document.RootElement.Find("metadata", JsonValueKind.Object, CheckpointFiles.StatusDump)?.GetText("name", CheckpointFiles.StatusDump));
        return document.RootElement.Find("labels", JsonValueKind.Object, CheckpointFiles.StatusDump) is { } labels
            ? identity.And(ContainerIdentity.FromLabels(labels, CheckpointFiles.StatusDump), CheckpointFiles.StatusDump)
            : identity;
    }
}
