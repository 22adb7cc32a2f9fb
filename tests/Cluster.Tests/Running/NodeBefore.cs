namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>The node as it was before a class of tests, after one undisturbed checkpoint and restore: what the first of them make for good is there.</summary>
public sealed class NodeBefore(ClusterFixture cluster) : IAsyncLifetime
{
    private NodeSnapshot? _snapshot;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await using (TestNamespace first = await TestNamespace.CreateAsync(cluster))
        {
            await first.StartServerAsync("server");
            await first.CheckpointAsync("first", "server");
            await first.RestoreAsync("copy", "first");
        }
        await cluster.AwaitDeletedNamespacesAsync();
        _snapshot = await NodeSnapshot.TakeAtRestAsync(cluster);
    }

    /// <summary>Deletes all that a test has in its namespace, and fails unless the node becomes as it was.</summary>
    public async Task AssertSameWithoutAsync(TestNamespace @namespace)
    {
        await @namespace.KubectlAsync("delete", "containerrestores,containercheckpoints,pods", "--all", "--timeout=120s");
        await (_snapshot ?? throw new InvalidOperationException("the snapshot is taken before the tests run")).AssertSameAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
