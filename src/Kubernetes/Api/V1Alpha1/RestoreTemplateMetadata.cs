namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>Labels and annotations of a restored Pod.</summary>
public sealed class RestoreTemplateMetadata
{
    /// <summary>Labels, each set over the checkpointed Pod's.</summary>
    public IDictionary<string, string>? Labels { get; set; }

    /// <summary>Annotations, each set over the checkpointed Pod's.</summary>
    public IDictionary<string, string>? Annotations { get; set; }
}
