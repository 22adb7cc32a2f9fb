namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>A process in an archive.</summary>
public sealed class ArchivedProcess
{
    /// <summary>Its id in the container.</summary>
    public long Pid { get; set; }

    /// <summary>Its parent's id in the container; 0 for the first process.</summary>
    public long ParentPid { get; set; }

    /// <summary>The name that it had given itself, at most 15 bytes; never its arguments.</summary>
    public string Name { get; set; } = string.Empty;
}
