using System.Text;
using System.Text.Json.Nodes;

using CheckpointOperator.NodeAgent.Containers;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>
/// <c>spec.dump</c>: the bundle's configuration without what only holds on this node, so that podman can restore the archive anywhere. What it
/// changes was found out with podman 5.4; CRI-O, containerd and this operator make a configuration of their own from the Pod.
/// </summary>
internal sealed class PodmanSpec
{
    /// <summary>The file's name in the archive.</summary>
    public const string FileName = "spec.dump";

    private const string PodmanVolumes = "/var/lib/containers/storage/volumes";
    private const string TerminationLog = "/dev/termination-log";

    private readonly JsonObject _spec;
    private readonly Func<string, bool> _isFile;
    private readonly List<NamedVolume> _volumes = [];

    private PodmanSpec(JsonObject spec, Func<string, bool> isFile) => (_spec, _isFile) = (spec, isFile);

    /// <summary>The mounts that podman is to make of named volumes.</summary>
    public IReadOnlyList<NamedVolume> NamedVolumes => _volumes;

    /// <summary>The user and group of the first process, as <c>UID:GID</c>.</summary>
    public string User => $"{Number("uid")}:{Number("gid")}";

    /// <summary>Makes it.</summary>
    /// <param name="config">The bundle's config.json.</param>
    /// <param name="volumes">The Pod's volumes that the container mounts.</param>
    /// <param name="isFile">Whether a path on the node leads to a file.</param>
    public static PodmanSpec Of(ReadOnlySpan<byte> config, IReadOnlyList<PodVolume> volumes, Func<string, bool> isFile)
    {
        var spec = new PodmanSpec(JsonNode.Parse(config)!.AsObject(), isFile);
        spec._spec["root"] = new JsonObject { ["path"] = "rootfs" };
        spec._spec.Remove("hooks");
        (spec._spec["annotations"] as JsonObject)?.Remove("org.criu.config");
        spec.LeaveNamespaces();
        spec.MoveMounts(volumes);
        return spec;
    }

    /// <summary>The file's bytes.</summary>
    public byte[] ToBytes() => Encoding.UTF8.GetBytes(_spec.ToJsonString());

    // The sandbox' namespaces are not there; podman gives the network a path of its own.
    private void LeaveNamespaces()
    {
        foreach (JsonNode? item in _spec["linux"]?["namespaces"] as JsonArray ?? [])
        {
            if (item is JsonObject each && (string?)each["type"] != "network")
                each.Remove("path");
        }
    }

    private void MoveMounts(IReadOnlyList<PodVolume> volumes)
    {
        foreach (JsonNode? item in _spec["mounts"] as JsonArray ?? [])
        {
            if (item is not JsonObject mount || (string?)mount["destination"] is not { } destination)
                continue;
            if (destination == TerminationLog)
                mount["source"] = "/dev/null";
            else if (Find(volumes, destination) is var (volume, subPath))
                MoveVolume(mount, destination, volume, subPath);
        }
    }

    private void MoveVolume(JsonObject mount, string destination, string volume, string? subPath)
    {
        // A single file of a volume (subPath): any file that exists will do.
        if (subPath is not null && (string?)mount["source"] is { } source && _isFile(source))
        {
            mount["source"] = "/dev/null";
            return;
        }
        mount["source"] = $"{PodmanVolumes}/{volume}/_data{(subPath is null ? string.Empty : $"/{subPath}")}";
        _volumes.Add(new NamedVolume(volume, destination, [.. (mount["options"] as JsonArray ?? []).Select(option => (string?)option ?? string.Empty)]));
    }

    private static (string Volume, string? SubPath)? Find(IReadOnlyList<PodVolume> volumes, string destination)
    {
        foreach (PodVolume volume in volumes)
        {
            if (volume.Mounts.FirstOrDefault(mount => mount.Path == destination) is { } mount)
                return (volume.Name, mount.SubPath);
        }
        return null;
    }

    private long Number(string name) => (long?)_spec["process"]?["user"]?[name] ?? 0;
}
