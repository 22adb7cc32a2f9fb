namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What may differ from the checkpointed Pod. What is not here (image, command, users, privileges) cannot.</summary>
public sealed class RestoreTemplate
{
    /// <summary>Labels and annotations, each key set over the checkpointed Pod's.</summary>
    public RestoreTemplateMetadata? Metadata { get; set; }

    /// <summary>Scheduling, resources and volumes' sources.</summary>
    public RestoreTemplateSpec? Spec { get; set; }
}
