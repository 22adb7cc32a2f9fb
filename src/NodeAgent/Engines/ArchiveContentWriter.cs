using System.Diagnostics;
using System.Text.Json;

using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Node;
using CheckpointOperator.NodeAgent.Observation;

using k8s.Models;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>Writes what is in an archive beside CRIU's images: metadata, changed files, deleted files, volumes.</summary>
/// <param name="node">The node's files.</param>
/// <param name="options">Where the kubelet keeps volumes.</param>
/// <param name="openFiles">Finds the files of volumes that processes have open.</param>
/// <param name="images">Finds the image.</param>
/// <param name="probe">Asks the runtime and CRIU their versions.</param>
/// <param name="time">The clock.</param>
public sealed class ArchiveContentWriter(
    NodeRoot node, IOptions<AgentOptions> options, OpenVolumeFiles openFiles, ContainerdImages images, OciRuntimeProbe probe, TimeProvider time)
{
    private const string VolumeFolder = "volumes";
    private const string DataLink = "..data";

    // Two blocks of zeros end a tar.
    private static readonly byte[] EmptyArchive = new byte[1024];

    /// <summary>Gathers what a restore will want to know, while the container still runs.</summary>
    /// <param name="request">What is checkpointed.</param>
    /// <param name="container">The container on the node; null where its engine does not tell.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<ArchiveMetadata> DescribeAsync(CheckpointRequest request, RunningContainer? container, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        V1ContainerStatus? status = StatusOf(request);
        // Three programs that know nothing of each other: they are asked at once.
        Task<string?> image = container is null ? Task.FromResult<string?>(null) : ConfigDigestAsync(container, cancellationToken);
        Task<string?> version = container is null ? Task.FromResult<string?>(null) : probe.GetVersionLineAsync(container.RuntimePath, cancellationToken);
        Task<string?> criu = probe.GetCriuVersionAsync(cancellationToken: cancellationToken);
        await Task.WhenAll(image, version, criu);
        return new ArchiveMetadata
        {
            Namespace = request.Pod.Metadata.NamespaceProperty,
            Pod = request.Pod.Metadata.Name,
            PodUid = request.Pod.Metadata.Uid,
            PodIps = [.. (request.Pod.Status?.PodIPs ?? []).Select(address => address.Ip)],
            Container = request.Container,
            Image = status?.Image,
            ImageDigest = status?.ImageID,
            ImageConfigDigest = await image,
            Volumes = [.. PodVolume.Of(request.Pod, request.Container).Select(volume => new ArchivedVolume(volume.Name, volume.Kind, DataFolder(request.Pod, volume)))],
            Runtime = await version,
            Criu = await criu,
            Kernel = NodeFacts.Kernel,
            Arch = NodeFacts.Arch,
            PageSize = Environment.SystemPageSize,
            Cgroup = NodeFacts.Cgroup(),
            Cpu = NodeFacts.Cpu(),
        };
    }

    /// <summary>CRIU's configuration file for the container's dump.</summary>
    /// <param name="container">The container on the node.</param>
    public byte[] DumpOptions(RunningContainer container) => Engines.DumpOptions.Write(node, container);

    /// <summary>Writes the metadata: first in the archive, so that reading it needs no more than the archive's start.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="request">What is checkpointed.</param>
    /// <param name="container">The container on the node.</param>
    /// <param name="metadata">What was gathered.</param>
    public void WriteMetadata(CheckpointArchiveWriter writer, CheckpointRequest request, RunningContainer container, ArchiveMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(metadata);
        var spec = PodmanSpec.Of(container.SpecJson.Span, PodVolume.Of(request.Pod, request.Container), IsFile);
        var config = new ConfigDump
        {
            Id = container.Id.Id,
            Name = request.Container,
            RootfsImageId = metadata.ImageConfigDigest?.Split(':')[^1],
            RootfsImageRef = metadata.ImageDigest,
            RootfsImageName = container.Spec.Annotation(EngineAnnotations.Of(container.Id).Image) ?? metadata.Image,
            Runtime = metadata.Runtime?.Split(' ')[0],
            CreatedTime = StatusOf(request)?.State?.Running?.StartedAt ?? time.GetUtcNow().UtcDateTime,
            CheckpointedTime = time.GetUtcNow(),
            User = spec.User,
            NamedVolumes = spec.NamedVolumes,
        };
        writer.AddBytes(ConfigDump.FileName, JsonSerializer.SerializeToUtf8Bytes(config, EnginesJson.Default.ConfigDump));
        writer.AddBytes(PodmanSpec.FileName, spec.ToBytes());
        WriteMetadata(writer, metadata);
    }

    /// <summary>Writes only what no other file of the layout tells.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="metadata">What was gathered.</param>
    public static void WriteMetadata(CheckpointArchiveWriter writer, ArchiveMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.AddBytes(ArchiveMetadata.FileName, JsonSerializer.SerializeToUtf8Bytes(metadata, EnginesJson.Default.ArchiveMetadata));
    }

    /// <summary>How many bytes of files would be archived now, at least: changed ones, volumes and shared memory. The look at them keeps them at hand for the diff, too.</summary>
    /// <param name="request">What is checkpointed.</param>
    /// <param name="container">The container on the node.</param>
    public long MeasureFiles(CheckpointRequest request, RunningContainer container)
    {
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(container);
        long bytes = 0;
        using (RootDirectory upper = node.OpenDirectory(FindOverlay(container).Upper))
            bytes += FolderSize.Of(upper);
        foreach (PodVolume volume in request.EmptyDirs)
        {
            using RootDirectory folder = Open(request, volume);
            bytes += FolderSize.Of(folder);
        }
        using RootDirectory? shared = SharedMemory.TryOpen(node, container);
        return shared is null ? bytes : bytes + FolderSize.Of(shared);
    }

    /// <summary>Writes what only holds while the container stands still: changed and deleted files, volumes and shared memory.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="request">What is checkpointed.</param>
    /// <param name="container">The container on the node.</param>
    /// <param name="runtime">Its runtime.</param>
    public async Task WriteFrozenAsync(CheckpointArchiveWriter writer, CheckpointRequest request, RunningContainer container, OciRuntime runtime)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(runtime);
        using Activity? span = Phases.BeginBeside("write changed files");
        WriteRootFs(writer, container);
        foreach (PodVolume volume in PodVolume.Of(request.Pod, request.Container))
        {
            // podman wants an archive for each named volume. Secrets, tokens and what may hold them never go along.
            if (request.Volumes && (volume.IsEmptyDir || volume.IsOpenlyWritten))
                WriteVolume(writer, request, volume);
            else
                writer.AddBytes($"{VolumeFolder}/{volume.Name}.tar", EmptyArchive);
        }
        if (OpenVolumeFiles.MayHave(request.Pod, request.Container))
            WriteOpenFiles(writer, request, container, await runtime.ProcessesAsync(container.Id.Id, CancellationToken.None));
        using RootDirectory? shared = SharedMemory.TryOpen(node, container);
        if (shared is null)
            return;
        using Stream tar = writer.BeginNested(SharedMemory.ArchiveName);
        TreeArchive.Write(shared, tar);
    }

    /// <summary>Writes the content of the emptyDir volumes that the container mounts.</summary>
    /// <param name="writer">Takes it.</param>
    /// <param name="request">What is checkpointed.</param>
    public void WriteVolumes(CheckpointArchiveWriter writer, CheckpointRequest request)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(request);
        foreach (PodVolume volume in request.EmptyDirs)
            WriteVolume(writer, request, volume);
    }

    /// <summary>What is not in an archive though a program may miss it, each a sentence: files in shared memory.</summary>
    /// <param name="request">What is checkpointed.</param>
    /// <param name="container">The container on the node; null where its engine does not tell.</param>
    /// <param name="withShared">Whether the engine takes the Pod's own shared memory along.</param>
    public IReadOnlyList<string> FindLeftOut(CheckpointRequest request, RunningContainer? container, bool withShared = false)
    {
        ArgumentNullException.ThrowIfNull(request);
        bool isVolume = request.EmptyDirs.Any(volume => volume.Mounts.Any(mount => mount.Path == SharedMemory.MountPoint));
        if (isVolume || (withShared && container is not null && SharedMemory.SourceIn(container) is not null)
            || container?.Spec.Mounts?.FirstOrDefault(mount => mount.Destination == SharedMemory.MountPoint)?.Source is not { } source
            || !RelativePath.TryParse(source, out RelativePath path) || node.Directory.StatTarget(path)?.Type != FileType.Directory)
        {
            return [];
        }
        using RootDirectory folder = node.OpenDirectory(source);
        int files = folder.List().Count;
        return files == 0 ? [] : [$"the content of {SharedMemory.MountPoint} ({files} files) is not in the archive: a program that has one of them open cannot be restored"];
    }

    /// <summary>A digest that stays the same as long as nobody writes to these volumes; null where somebody does while it is taken.</summary>
    /// <param name="request">What is checkpointed.</param>
    public string? FingerprintVolumes(CheckpointRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var digests = new List<string>();
        foreach (PodVolume volume in request.EmptyDirs)
        {
            using RootDirectory folder = Open(request, volume);
            if (VolumeFingerprint.Of(folder) is not { } digest)
                return null;
            digests.Add(digest);
        }
        return string.Join(',', digests);
    }

    private async Task<string?> ConfigDigestAsync(RunningContainer container, CancellationToken cancellationToken) => container.Id.Engine == ContainerId.CriO
        ? container.Spec.Annotation(EngineAnnotations.CriOImageId) is { Length: > 0 } id ? $"sha256:{id}" : null
        : await images.ConfigDigestAsync(container.Id.Id, cancellationToken);

    private void WriteOpenFiles(CheckpointArchiveWriter writer, CheckpointRequest request, RunningContainer container, IReadOnlyList<int> processes)
    {
        IReadOnlyList<VolumeFile> files = openFiles.Find(request.Pod, request.Container, container, processes);
        writer.AddBytes(VolumeFile.ListName, JsonSerializer.SerializeToUtf8Bytes(files, EnginesJson.Default.IReadOnlyListVolumeFile));
    }

    private void WriteVolume(CheckpointArchiveWriter writer, CheckpointRequest request, PodVolume volume)
    {
        using RootDirectory folder = Open(request, volume);
        using Stream tar = writer.BeginNested($"{VolumeFolder}/{volume.Name}.tar");
        TreeArchive.Write(folder, tar);
    }

    private RootDirectory Open(CheckpointRequest request, PodVolume volume) =>
        node.OpenDirectory(volume.FolderOn(options.Value.KubeletRoot, request.Pod.Metadata.Uid));

    private void WriteRootFs(CheckpointArchiveWriter writer, RunningContainer container)
    {
        OverlayMount overlay = FindOverlay(container);
        using RootDirectory upper = node.OpenDirectory(overlay.Upper);
        using RootDirectory merged = node.OpenDirectory(container.RootFs);
        RootDirectory[] lower = [.. overlay.Lower.Select(node.OpenDirectory)];
        try
        {
            var reading = new DiffOptions { Excluded = MountTargets(container.Spec), Lower = lower, Merged = merged, Ids = container.Ids };
            DiffResult diff;
            using (Stream tar = writer.BeginNested(RootFsDiff.FileName))
                diff = RootFsDiff.CreateFromUpper(upper, tar, reading);
            writer.AddBytes(DeletedFiles.FileName, DeletedFiles.Serialize(diff.Deleted));
        }
        finally
        {
            foreach (RootDirectory folder in lower)
                folder.Dispose();
        }
    }

    private static OverlayMount FindOverlay(RunningContainer container) => OverlayMount.Find(File.ReadAllText("/proc/1/mountinfo"), container.RootFs)
        ?? throw new CheckpointFailedException(
            CheckpointFailedException.EngineUnavailable,
            $"{container.RootFs} is no overlay, so what the container changed cannot be told from its image: engine Runtime needs containerd's snapshotter overlayfs, or CRI-O's storage driver overlay");

    // The runtime makes empty files and folders there to mount upon; they are its own, not the container's.
    private static HashSet<RelativePath> MountTargets(OciSpec spec) =>
        [.. (spec.Mounts ?? []).Select(mount => RelativePath.TryParse(mount.Destination, out RelativePath path) ? path : RelativePath.Root).Where(path => !path.IsRoot)];

    private bool IsFile(string path) => node.Directory.StatTarget(RelativePath.Parse(path))?.Type == FileType.Regular;

    private static V1ContainerStatus? StatusOf(CheckpointRequest request) =>
        request.Pod.Status?.ContainerStatuses?.FirstOrDefault(candidate => candidate.Name == request.Container);

    private string? DataFolder(V1Pod pod, PodVolume volume)
    {
        if (volume.IsEmptyDir)
            return null;
        using RootDirectory folder = node.OpenDirectory(volume.FolderOn(options.Value.KubeletRoot, pod.Metadata.Uid));
        RelativePath link = RelativePath.Parse(DataLink);
        return folder.Exists(link) ? folder.ReadLink(link) : null;
    }
}
