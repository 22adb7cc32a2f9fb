namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>The restore runtime of a node.</summary>
public sealed class NodeRestoreRuntime
{
    /// <summary>Whether it and its handler are installed.</summary>
    public bool? Installed { get; set; }

    /// <summary>Name of the handler.</summary>
    public string? Handler { get; set; }

    /// <summary>Why they could not be installed.</summary>
    public string? Message { get; set; }

    /// <summary>Whether the container engine did not come back with the handler, and has its former configuration again.</summary>
    public bool? RolledBack { get; set; }
}
