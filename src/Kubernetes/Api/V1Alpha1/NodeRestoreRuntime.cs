namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>The restore runtime of a node.</summary>
public sealed class NodeRestoreRuntime
{
    /// <summary>Whether it and its handler are installed.</summary>
    public bool? Installed { get; set; }

    /// <summary>Name of the handler.</summary>
    public string? Handler { get; set; }
}
