namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>Names one object of the cluster.</summary>
public sealed record ObjectReference(string Kind, string Name, string? Namespace = null)
{
    private const string Group = "/apis/checkpoint-operator.io/v1alpha1";

    /// <summary>kubectl's arguments for its namespace.</summary>
    public string[] InNamespace => Namespace is null ? [] : ["-n", Namespace];

    /// <summary>The API server's path that watches it alone.</summary>
    public string WatchPath
    {
        get
        {
            string root = Kind is "pods" ? "/api/v1" : Group;
            string scope = Namespace is null ? string.Empty : $"/namespaces/{Namespace}";
            return $"{root}{scope}/{Kind}?watch=true&fieldSelector=metadata.name%3D{Name}";
        }
    }

    /// <summary>The API server's path that watches the Events about it that have a reason.</summary>
    public string EventsPath(string reason) =>
        $"/api/v1/namespaces/{Namespace}/events?watch=true&fieldSelector=involvedObject.name%3D{Name},reason%3D{reason}";

    /// <inheritdoc/>
    public override string ToString() => Namespace is null ? $"{Kind}/{Name}" : $"{Kind}/{Name} in namespace {Namespace}";
}
