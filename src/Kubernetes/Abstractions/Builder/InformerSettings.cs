namespace CheckpointOperator.Kubernetes.Abstractions.Builder;

/// <summary>What an informer lists and watches.</summary>
public sealed class InformerSettings
{
    /// <summary>The namespace. Defaults to the operator's; empty for all, and for a cluster-scoped kind.</summary>
    public string? Namespace { get; set; }

    /// <summary>A label selector. Defaults to null: all.</summary>
    public string? LabelSelector { get; set; }

    /// <summary>A field selector, such as <c>spec.nodeName=worker-1</c>. Defaults to null: all.</summary>
    public string? FieldSelector { get; set; }

    /// <summary>Whether only the objects' metadata is asked for: their spec and status are neither sent nor kept. Defaults to false.</summary>
    public bool MetadataOnly { get; set; }
}
