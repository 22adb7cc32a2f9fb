namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What to restore, and into what. Immutable.</summary>
public sealed class ContainerRestoreSpec
{
    /// <summary>Name of a ContainerCheckpoint in the same namespace: one container is restored. Either this or <see cref="Containers"/>.</summary>
    public string? Checkpoint { get; set; }

    /// <summary>The containers that are restored, each with its checkpoint; the Pod's others start from their images. Either this or <see cref="Checkpoint"/>.</summary>
    public IList<RestoreContainer>? Containers { get; set; }

    /// <summary>Name of the Pod to make. Defaults to this object's name.</summary>
    public string? PodName { get; set; }

    /// <summary>What differs from the Pod as it was at the checkpoint.</summary>
    public RestoreTemplate? Template { get; set; }

    /// <summary>What happens when the restored container ends. Defaults to StartFresh.</summary>
    public OnContainerRestart OnContainerRestart { get; set; }

    /// <summary>What becomes of the TCP connections that were open with other addresses. Defaults to Auto.</summary>
    public TcpConnections TcpConnections { get; set; }

    /// <summary>What is restored. Defaults to Pod.</summary>
    public RestoreTarget Target { get; set; }

    /// <summary>Names of the ContainerCheckpoints, from either form.</summary>
    public IReadOnlyList<string> CheckpointNames() =>
        Containers is { Count: > 0 } ? [.. Containers.Select(container => container.Checkpoint)]
        : string.IsNullOrEmpty(Checkpoint) ? []
        : [Checkpoint];
}
