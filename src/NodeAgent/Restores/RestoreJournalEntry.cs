namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>A restore under way, on disk before the runtime is told to restore: an agent that starts proves it, or finds that it failed.</summary>
internal sealed record RestoreJournalEntry
{
    /// <summary>Namespace of the ContainerRestore.</summary>
    public required string Namespace { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its UID.</summary>
    public required string Uid { get; init; }

    /// <summary>UID of the Pod.</summary>
    public required string PodUid { get; init; }

    /// <summary>The container's name.</summary>
    public required string Container { get; init; }

    /// <summary>The container's id.</summary>
    public required string ContainerId { get; init; }

    /// <summary>The container engine's scheme in container ids.</summary>
    public string ContainerEngine { get; init; } = Containers.ContainerId.Containerd;

    /// <summary>The real runtime.</summary>
    public required string Runtime { get; init; }

    /// <summary>Its state folder.</summary>
    public required string Root { get; init; }

    /// <summary>The restore's folder on the node.</summary>
    public required string Folder { get; init; }

    /// <summary>When the runtime asked, on the kernel's monotonic clock, which all agents of the node share until it is started again.</summary>
    public long Begun { get; init; }

    /// <summary>Whether the runtime was told to restore.</summary>
    public bool Told { get; init; }

    /// <summary>Its span, as a W3C traceparent; null where nothing is traced.</summary>
    public string? TraceParent { get; init; }

    /// <summary>Entries written into the root file system and volumes.</summary>
    public long FilesWritten { get; init; }

    /// <summary>Bytes written into the root file system and volumes.</summary>
    public long BytesWritten { get; init; }

    /// <summary>Paths deleted.</summary>
    public int DeletedFiles { get; init; }

    /// <summary>What was written since the checkpoint in volumes whose content is not in the archive, each a sentence.</summary>
    public IReadOnlyList<string> VolumeChanges { get; init; } = [];

    /// <summary>CRIU's images.</summary>
    public string ImagePath => $"{Folder}/images/checkpoint";

    /// <summary>CRIU's configuration.</summary>
    public string CriuConfig => $"{Folder}/criu.conf";

    /// <summary>CRIU's logs. It stands in the runtime's command line, by which a restore that still runs is found again.</summary>
    public string WorkPath => $"{Folder}/work";
}
