using System.Text.Json;

namespace CheckpointOperator.Core.Runtimes;

/// <summary>What of a runtime's features matters for checkpoints (OCI runtime specification, "Features Structure"; runc from 1.1 on, crun from 1.9 on).</summary>
public sealed record OciRuntimeFeatures
{
    // Both write runc's; crun's own came later, and stands for libcriu being there when crun runs.
    private static readonly string[] CheckpointAnnotations = ["run.oci.crun.checkpoint.enabled", "org.opencontainers.runc.checkpoint.enabled"];

    /// <summary>The lowest version of the specification that it takes.</summary>
    public string? OciVersionMin { get; init; }

    /// <summary>The highest version of the specification that it takes.</summary>
    public string? OciVersionMax { get; init; }

    /// <summary>Whether it says that it can checkpoint; null when it says nothing about it.</summary>
    public bool? Checkpoint { get; init; }

    /// <summary>Whether it was built with SELinux; null when it says nothing about it.</summary>
    public bool? SELinux { get; init; }

    /// <summary>Reads the output of <c>runc features</c> or <c>crun features</c>.</summary>
    /// <returns>Null when it is no features structure.</returns>
    public static OciRuntimeFeatures? TryParse(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object || Text(root, "ociVersionMax") is null)
                return null;
            return new OciRuntimeFeatures
            {
                OciVersionMin = Text(root, "ociVersionMin"),
                OciVersionMax = Text(root, "ociVersionMax"),
                Checkpoint = Property(root, "annotations") is { } annotations ? Flag(annotations) : null,
                SELinux = Property(root, "linux") is { } linux && Property(linux, "selinux") is { } selinux ? Property(selinux, "enabled")?.ValueKind == JsonValueKind.True : null,
            };
        }
        // Half a surrogate is well-formed JSON, and no text.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static bool? Flag(JsonElement annotations) =>
        CheckpointAnnotations.Select(name => Text(annotations, name)).FirstOrDefault(static text => text is not null) is { } text ? text == "true" : null;

    private static string? Text(JsonElement element, string name) =>
        Property(element, name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    private static JsonElement? Property(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : null;
}
