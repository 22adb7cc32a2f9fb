using System.Text.Json;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives.Images;

/// <summary>
/// What an image's annotations say of the checkpoint: checkpointctl's names (lib/annotations.go), which containerd uses too, podman's (libpod/define)
/// and CRI-O's.
/// </summary>
internal sealed class CheckpointAnnotations
{
    private const string Checkpointctl = "org.criu.checkpoint.";
    private const string Podman = "io.podman.annotations.checkpoint.";
    private const string CriO = "io.kubernetes.cri-o.annotations.checkpoint.";

    private readonly SortedDictionary<string, string> _all = new(StringComparer.Ordinal);

    internal IReadOnlyDictionary<string, string> All => _all.Count == 0 ? ArchiveMetadata.NoAnnotations : _all;

    /// <summary>Takes those of an index, a manifest or a descriptor. The same name twice has to say the same.</summary>
    internal void Add(JsonElement element, string entry)
    {
        if (element.ValueKind != JsonValueKind.Object || element.Find("annotations", JsonValueKind.Object, entry) is not { } annotations)
            return;
        foreach (var (name, value) in annotations.Texts(entry))
        {
            var isKnown = name.StartsWith(Checkpointctl, StringComparison.Ordinal) || name.StartsWith(Podman, StringComparison.Ordinal)
                || name.StartsWith(CriO, StringComparison.Ordinal);
            if (isKnown && !_all.TryAdd(name, value) && _all[name] != value)
                throw Conflict(entry, $"{DisplayText.Of(name)} is '{DisplayText.Of(_all[name])}' and '{DisplayText.Of(value)}'");
        }
    }

    /// <summary>Refuses annotations that name another container or Pod than the checkpoint itself.</summary>
    /// <param name="annotations">The image's annotations.</param>
    /// <param name="identity">Whose the checkpoint is.</param>
    /// <param name="names">By which names its container may go: that in its Pod, and that in its engine.</param>
    internal static ContainerIdentity Check(IReadOnlyDictionary<string, string> annotations, ContainerIdentity identity, params ReadOnlySpan<string?> names)
    {
        foreach (var name in (ReadOnlySpan<string>)[$"{Checkpointctl}container.name", $"{Podman}name", $"{CriO}name"])
        {
            if (Text(name) is { } value && names.ContainsAnyExcept((string?)null) && !names.Contains(value))
                throw Conflict(OciLayout.IndexFile, $"{name} is '{DisplayText.Of(value)}', and the checkpoint is of another container");
        }

        return identity.And(
            new ContainerIdentity(Text($"{Checkpointctl}pod.namespace"), Text($"{Checkpointctl}pod.name"), Text($"{Checkpointctl}pod.uid")),
            OciLayout.IndexFile);

        string? Text(string name) => annotations.TryGetValue(name, out var value) && value.Length > 0 ? value : null;
    }

    private static ArchiveRefusedException Conflict(string entry, string detail) => new(ArchiveRefusal.ConflictingIdentity, entry, -1, detail);
}
