namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>The node as it was before the tests that disturb it, after one undisturbed checkpoint and restore: what the first of them make for good is there.</summary>
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
        await DeleteAllAsync(@namespace);
        await Snapshot.AssertSameAsync();
    }

    /// <summary>The same for a node that was started again in the test: it may have less than before, and is compared with that from then on.</summary>
    public async Task AssertNoMoreWithoutAsync(TestNamespace @namespace)
    {
        await DeleteAllAsync(@namespace);
        await Snapshot.AssertNoMoreAsync();
        await cluster.AwaitDeletedNamespacesAsync();
        _snapshot = await NodeSnapshot.TakeAtRestAsync(cluster);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private NodeSnapshot Snapshot => _snapshot ?? throw new InvalidOperationException("the snapshot is taken before the tests run");

    private static async Task DeleteAllAsync(TestNamespace @namespace)
    {
        await @namespace.KubectlAsync("delete", "containerrestores,containercheckpoints", "--all", "--timeout=120s");
        // The kubelet has nothing left of a Pod some seconds before it gives up its name.
        await @namespace.KubectlAsync("delete", "pods", "--all", "--wait=false");
    }
}
