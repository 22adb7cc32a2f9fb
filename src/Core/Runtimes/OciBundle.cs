using System.Text.Json;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Security;

namespace CheckpointOperator.Core.Runtimes;

/// <summary>An OCI bundle: the folder that a runtime makes a container from, with its <c>config.json</c>.</summary>
public static class OciBundle
{
    private const string ConfigFile = "config.json";

    // Far above what engines write: containerd refuses to store more than 4 MiB in an object.
    private const int MaxConfigLength = 8 * 1024 * 1024;

    /// <summary>
    /// The label of the container's mounts, <c>linux.mountLabel</c> of <c>config.json</c> (OCI runtime specification, "Linux Container Configuration"):
    /// dump.log and restore.log carry it, see <see cref="LabelledFile"/>. A file of more than 8 MiB is refused, and a link in its place is not followed.
    /// </summary>
    /// <returns>The label; null when the container has none.</returns>
    /// <exception cref="IOException">There is no such file, or it is no regular one, or too large.</exception>
    /// <exception cref="InvalidDataException">It is no runtime configuration, or the label is none.</exception>
    public static SELinuxLabel? ReadMountLabel(RootDirectory bundle)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        var path = RelativePath.Parse(ConfigFile);
        return ParseMountLabel(bundle.ReadFile(path, MaxConfigLength), bundle.Describe(path));
    }

    /// <summary>The label of the container's mounts, from the content of a <c>config.json</c>.</summary>
    /// <returns>The label; null when the container has none.</returns>
    /// <exception cref="InvalidDataException">It is no runtime configuration, or the label is none.</exception>
    public static SELinuxLabel? ParseMountLabel(ReadOnlyMemory<byte> config) => ParseMountLabel(config, ConfigFile);

    private static SELinuxLabel? ParseMountLabel(ReadOnlyMemory<byte> config, string path)
    {
        try
        {
            using var json = JsonDocument.Parse(config);
            if (!json.RootElement.TryGetProperty("linux", out var linux) || !linux.TryGetProperty("mountLabel", out var label) || label.ValueKind == JsonValueKind.Null)
                return null;
            // Go's engines leave out what is empty; others write it.
            return label.GetString() is { Length: > 0 } text ? SELinuxLabel.Parse(text) : null;
        }
        catch (Exception fault) when (fault is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"'{DisplayText.Of(path)}' is no configuration of a container with a mount label or without: {fault.Message}", fault);
        }
    }
}
