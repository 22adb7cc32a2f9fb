using System.Collections.Concurrent;
using System.Text.Json;

using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Node;

using k8s.Models;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>Puts the content of emptyDir volumes and of shared memory back, and makes the folders exist by which open files of other volumes are named.</summary>
/// <param name="node">The node's files.</param>
/// <param name="options">Where the kubelet keeps volumes.</param>
internal sealed class VolumeRestorer(NodeRoot node, IOptions<AgentOptions> options)
{
    private const string DataLink = "..data";
    private const string Mark = "filled.json";
    private const int MaximumMark = 1024 * 1024;
    // The API server takes no object above 1.5 MiB.
    private const int MaximumOfKubelet = 2 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, Lock> _filling = new(StringComparer.Ordinal);

    /// <summary>
    /// Fills the Pod's emptyDir volumes that the container mounts from <c>volumes/NAME.tar</c>, each once for the Pod. What init containers wrote there is
    /// replaced; beside what a container that started from its image may have in it, the content is put.
    /// </summary>
    /// <param name="images">The imported archive.</param>
    /// <param name="restore">What is restored. A container that is restored again finds its own volumes as they were, and those of others as they are.</param>
    public ImportResult Fill(RootDirectory images, AuthorizedRestore restore)
    {
        // One at a time in a Pod: a kubelet that gave up a slow restore asks for the next one while the first is still written.
        lock (_filling.GetOrAdd(restore.Pod.Metadata.Uid, _ => new Lock()))
            return FillOnce(images, restore);
    }

    /// <summary>Fills the Pod's shared memory from <c>devshm-checkpoint.tar</c>, once for the Pod: all its containers have it.</summary>
    /// <param name="images">The imported archive.</param>
    /// <param name="restore">What is restored. A container that is restored again finds it as it was, where no other container may use it.</param>
    /// <param name="container">The container on the node.</param>
    public ImportResult FillSharedMemory(RootDirectory images, AuthorizedRestore restore, RunningContainer container)
    {
        RelativePath archive = RelativePath.Parse(SharedMemory.ArchiveName);
        using RootDirectory? folder = SharedMemory.TryOpen(node, container);
        if (folder is null || !images.Exists(archive))
            return new ImportResult(0, 0);
        List<string> filled = ReadMark(restore.Pod);
        bool isAlone = restore.Pod.Spec.LastingContainers().Count == 1;
        // Another container of the Pod, or an earlier attempt, may have written since; a new sandbox has an empty one.
        if (folder.List().Count > 0 && (restore.Again ? !isAlone : filled.Contains(SharedMemory.MountPoint)))
            return new ImportResult(0, 0);
        if (isAlone)
            Empty(folder);
        using var tar = new FileStream(images.OpenFileNoFollow(archive), FileAccess.Read);
        ImportResult result = TreeArchive.Extract(tar, folder, options.Value.ArchiveLimits());
        if (!filled.Contains(SharedMemory.MountPoint))
            WriteMark(restore.Pod, [.. filled, SharedMemory.MountPoint]);
        return result;
    }

    /// <summary>Whether a volume of the Pod was filled already.</summary>
    /// <param name="pod">The Pod.</param>
    /// <param name="volume">The volume.</param>
    public bool IsFilled(V1Pod pod, PodVolume volume) => ReadMark(pod).Contains(volume.Name);

    /// <summary>
    /// Makes the folder again that a volume which the kubelet writes had at the checkpoint: the kubelet names these folders by time, and processes have
    /// files open in them. Its content is that of the checkpoint where the archive holds it, so that a process whose ConfigMap was changed meanwhile sees
    /// what it would have seen had it run on: the old content in open files, the new one in those that it opens. Otherwise it is the current content.
    /// </summary>
    /// <param name="images">The imported archive.</param>
    /// <param name="pod">The new Pod.</param>
    /// <param name="container">The container's name.</param>
    public ImportResult MakeDataFolders(RootDirectory images, V1Pod pod, string container)
    {
        DataFolders folders = DataFolders.Read(images);
        long entries = 0;
        long bytes = 0;
        foreach (PodVolume volume in PodVolume.Of(pod, container).Where(volume => !volume.IsEmptyDir))
        {
            using RootDirectory folder = node.OpenDirectory(volume.FolderOn(options.Value.KubeletRoot, pod.Metadata.Uid));
            RelativePath link = RelativePath.Parse(DataLink);
            if (!folder.Exists(link))
                continue;
            foreach (RelativePath old in folders.Of(volume))
            {
                if (folder.Exists(old))
                    continue;
                using RootDirectory? recorded = Unpack(images, volume);
                ImportResult result = recorded?.Exists(old) == true ? Copy(recorded, old, folder, old) : Copy(folder, link, folder, old);
                (entries, bytes) = (entries + result.Entries, bytes + result.Bytes);
            }
        }
        return new ImportResult(entries, bytes);
    }

    private ImportResult FillOnce(RootDirectory images, AuthorizedRestore restore)
    {
        V1Pod pod = restore.Pod;
        List<string> filled = ReadMark(pod);
        long entries = 0;
        long bytes = 0;
        foreach (PodVolume volume in PodVolume.Of(pod, restore.Container).Where(volume => volume.IsEmptyDir))
        {
            RelativePath archive = RelativePath.Parse($"volumes/{volume.Name}.tar");
            string[] users = [.. pod.Spec.LastingContainers().Select(container => container.Name).Where(name => PodVolume.Of(pod, name).Any(theirs => theirs.Name == volume.Name))];
            if (!images.Exists(archive))
                continue;
            using RootDirectory folder = node.OpenDirectory(volume.FolderOn(options.Value.KubeletRoot, pod.Metadata.Uid));
            // Another container of the Pod, or an earlier attempt, may have written since; a volume in memory is empty after a boot, and its mark is not.
            bool isInUse = (restore.Again ? users is not [_] : filled.Contains(volume.Name)) && folder.List().Count > 0;
            if (isInUse)
                continue;
            if (users.All(name => name == restore.Container || restore.Others.Any(other => other.Container == name)))
                Empty(folder);
            using var tar = new FileStream(images.OpenFileNoFollow(archive), FileAccess.Read);
            ImportResult result = TreeArchive.Extract(tar, folder, options.Value.ArchiveLimits());
            (entries, bytes) = (entries + result.Entries, bytes + result.Bytes);
            if (!filled.Contains(volume.Name))
                filled.Add(volume.Name);
            WriteMark(pod, filled);
        }
        return new ImportResult(entries, bytes);
    }

    private static void Empty(RootDirectory folder)
    {
        foreach (DirectoryEntry entry in folder.List())
            folder.RemoveTree(entry.Path);
    }

    // Beside its archive, which goes when the volumes are done. Null where the archive holds no content of it.
    private RootDirectory? Unpack(RootDirectory images, PodVolume volume)
    {
        RelativePath archive = RelativePath.Parse($"volumes/{volume.Name}.tar");
        if (!volume.IsOpenlyWritten || !images.Exists(archive))
            return null;
        RelativePath path = RelativePath.Parse($"volumes/{volume.Name}");
        images.MakeDirectories(path);
        RootDirectory folder = images.OpenDirectory(path);
        using var tar = new FileStream(images.OpenFileNoFollow(archive), FileAccess.Read);
        TreeArchive.Extract(tar, folder, options.Value.ArchiveLimits() with { MaxTotalBytes = MaximumOfKubelet });
        return folder;
    }

    private static ImportResult Copy(RootDirectory from, RelativePath source, RootDirectory to, RelativePath target)
    {
        using RootDirectory read = from.OpenDirectory(source);
        using var content = new MemoryStream();
        TreeArchive.Write(read, content);
        content.Position = 0;
        to.MakeDirectories(target);
        using RootDirectory written = to.OpenDirectory(target);
        return TreeArchive.Extract(content, written);
    }

    private List<string> ReadMark(V1Pod pod)
    {
        RelativePath mark = RelativePath.Parse($"{MarkFolderOf(pod)}/{Mark}");
        return node.Directory.Exists(mark) ? JsonSerializer.Deserialize(node.Directory.ReadFile(mark, MaximumMark), RestoresJson.Default.ListString) ?? [] : [];
    }

    private void WriteMark(V1Pod pod, List<string> filled)
    {
        using RootDirectory folder = node.MakeDirectory(MarkFolderOf(pod));
        folder.WriteFileAtomically(RelativePath.Parse(Mark), JsonSerializer.SerializeToUtf8Bytes(filled, RestoresJson.Default.ListString));
    }

    // Beside the kubelet's own mark that an emptyDir is made: it outlives the node's restart as the volumes do, and goes with the Pod.
    private string MarkFolderOf(V1Pod pod) => $"{options.Value.KubeletRoot}/pods/{Guid.ParseExact(pod.Metadata.Uid, "D"):D}/plugins/checkpoint-operator.io";
}
