namespace CheckpointOperator.Kubernetes.Api;

/// <summary>The names that the parts agree on: group, labels, annotations, finalizers, handler.</summary>
public static class ApiGroup
{
    /// <summary>The API group of all kinds of this operator.</summary>
    public const string Name = "checkpoint-operator.io";

    /// <summary>Label on a ContainerCheckpoint or ContainerRestore: the node whose agent works on it (<see cref="NodeLabel.ValueFor"/>).</summary>
    public const string NodeLabelKey = Name + "/node";

    /// <summary>Prefix of the Pod annotations <c>restore.checkpoint-operator.io/CONTAINER: RESTORE</c>: the ContainerRestore for each restored container.</summary>
    public const string RestoreAnnotationPrefix = "restore." + Name + "/";

    /// <summary>Annotation on a ContainerCheckpoint or ContainerRestore: the trace that it belongs to, a W3C traceparent.</summary>
    public const string TraceAnnotation = Name + "/traceparent";

    /// <summary>Finalizer on a ContainerCheckpoint, served by the agent of the node that holds its archive.</summary>
    public const string ArchiveFinalizer = Name + "/archivefinalizer";

    /// <summary>The RuntimeClass, and the handler of the container engine, that restored Pods run with.</summary>
    public const string RestoreHandler = "checkpoint-restore";

    /// <summary>Label on a Node that can restore; <see cref="RestoreHandler"/>'s RuntimeClass selects by it.</summary>
    public const string RestoreLabelKey = Name + "/restore";

    /// <summary>The value of <see cref="RestoreLabelKey"/>.</summary>
    public const string RestoreLabelValue = "true";

    /// <summary>The version that is served and stored today.</summary>
    public const string V1Alpha1 = "v1alpha1";
}
