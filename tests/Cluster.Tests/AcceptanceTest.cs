namespace CheckpointOperator.Cluster.Tests;

/// <summary>A test on the real cluster, in a namespace of its own.</summary>
public abstract class AcceptanceTest(ClusterFixture cluster) : IAsyncLifetime
{
    private TestNamespace? _namespace;

    /// <summary>The cluster.</summary>
    protected ClusterFixture Cluster => cluster;

    /// <summary>The test's namespace.</summary>
    protected TestNamespace Namespace => _namespace ?? throw new InvalidOperationException("the namespace is made before the test runs");

    /// <inheritdoc/>
    public virtual async ValueTask InitializeAsync() => _namespace = await TestNamespace.CreateAsync(cluster);

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        if (_namespace is not null)
            await _namespace.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
