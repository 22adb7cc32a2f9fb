using System.Collections.Concurrent;
using System.Text.Json;

using CheckpointOperator.NodeAgent.Launch;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>Finds in containerd the image that a container was made of.</summary>
/// <param name="processes">Runs containerd's client on the node.</param>
/// <param name="options">Where containerd is.</param>
public sealed class ContainerdImages(INodeProcesses processes, IOptions<AgentOptions> options)
{
    private const int MaximumOutput = 8 * 1024 * 1024;

    // A container's image stays the same, and a container is often checkpointed more than once.
    private const int MostKnown = 1024;
    private readonly ConcurrentDictionary<string, string> _known = new(StringComparer.Ordinal);

    /// <summary>Digest of the image's configuration; null where containerd does not tell. The Pod's status may have the manifest's, which is another.</summary>
    /// <param name="containerId">The container.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<string?> ConfigDigestAsync(string containerId, CancellationToken cancellationToken)
    {
        if (_known.TryGetValue(containerId, out string? known))
            return known;
        NodeCommandResult result = await processes.RunAsync(
            new NodeCommand("ctr", ["--address", $"{options.Value.ContainerdState}/containerd.sock", "--namespace", "k8s.io", "containers", "info", containerId])
            {
                MaximumOutput = MaximumOutput,
            },
            cancellationToken);
        if (!result.Succeeded || Parse(result.Output) is not { } digest)
            return null;
        if (_known.Count >= MostKnown)
            _known.Clear();
        return _known[containerId] = digest;
    }

    /// <summary>Reads what <c>ctr containers info</c> prints: the CRI plugin keeps its own record of the container as an extension, in base64.</summary>
    /// <param name="info">The output.</param>
    internal static string? Parse(string info)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(info);
            if (!document.RootElement.TryGetProperty("Extensions", out JsonElement extensions)
                || !extensions.TryGetProperty("io.cri-containerd.container.metadata", out JsonElement extension)
                || !extension.TryGetProperty("value", out JsonElement value) || !value.TryGetBytesFromBase64(out byte[]? record))
            {
                return null;
            }
            using JsonDocument metadata = JsonDocument.Parse(record);
            return metadata.RootElement.TryGetProperty("Metadata", out JsonElement inner)
                && inner.TryGetProperty("ImageRef", out JsonElement image) && image.GetString() is { } digest
                && digest.StartsWith("sha256:", StringComparison.Ordinal) ? digest : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
