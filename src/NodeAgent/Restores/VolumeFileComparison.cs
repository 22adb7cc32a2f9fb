using System.Text.Json;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Node;

using k8s.Models;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>Compares the files that processes had open in volumes with those that the new Pod's volumes hold.</summary>
/// <param name="node">The node's files.</param>
internal sealed class VolumeFileComparison(NodeRoot node)
{
    private const int MaximumList = 16 * 1024 * 1024;
    private static readonly RelativePath List = RelativePath.Parse(VolumeFile.ListName);

    /// <summary>Compares them.</summary>
    /// <param name="images">The imported archive.</param>
    /// <param name="pod">The new Pod.</param>
    /// <param name="name">The container's name.</param>
    /// <param name="container">The new container.</param>
    /// <returns>What was written since, each a sentence: of volumes that are not the kubelet's own. CRIU does not see it, and the program may not expect it.</returns>
    /// <exception cref="RestoreRefusedException">A file that CRIU would not open: it is gone, or has another size.</exception>
    public IReadOnlyList<string> Compare(RootDirectory images, V1Pod pod, string name, RunningContainer container)
    {
        if (!images.Exists(List))
            return [];
        HashSet<string> ofKubelet = [.. PodVolume.Of(pod, name).Select(volume => volume.Name)];
        var changes = new List<string>();
        foreach (VolumeFile file in JsonSerializer.Deserialize(images.ReadFile(List, MaximumList), EnginesJson.Default.IReadOnlyListVolumeFile) ?? [])
        {
            FileStatus? now = (container.Spec.Mounts ?? []).FirstOrDefault(mount => mount.Destination == file.Mount) is { } mount
                ? OpenVolumeFiles.Stat(node, mount, file.Path)
                : null;
            if (now is null)
                throw Refused(file, "is not there any more");
            if (now.Value.Size != file.Size)
                throw Refused(file, $"has {now.Value.Size} bytes, and had {file.Size} at the checkpoint");
            if (!ofKubelet.Contains(file.Volume) && now.Value.Modified != new UnixTime(file.ModifiedSeconds, file.ModifiedNanoseconds))
                changes.Add($"file {file.FullPath} of volume {file.Volume} was written at {now.Value.Modified.ToDateTimeOffset():u}, after the checkpoint");
            else if (!ofKubelet.Contains(file.Volume) && now.Value.Inode != file.Inode)
                changes.Add($"file {file.FullPath} of volume {file.Volume} is another file than at the checkpoint");
        }
        return changes;
    }

    private static RestoreRefusedException Refused(VolumeFile file, string what) => new(
        RestoreRefusedException.VolumeChanged,
        $"file {file.FullPath} of volume {file.Volume} {what}, where a process had it open: CRIU restores no such file; give it the content that it had, and the restore goes on");
}
