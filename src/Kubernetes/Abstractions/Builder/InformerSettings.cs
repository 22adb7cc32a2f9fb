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

    /// <summary>
    /// Whether nothing is kept and only changes are told, to those who <see cref="IOperatorBuilder.Watches"/> the kind: for one of which there are many, and which is
    /// read at the server when it is needed. There is no cache of it to ask, and no list is read. Defaults to false.
    /// </summary>
    public bool ChangesOnly { get; set; }
}
