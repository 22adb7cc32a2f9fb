using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>A Pod of Workloads/kinds.py, checkpointed, deleted and restored, once for all the rows that look at it.</summary>
public abstract class RestoredKinds(ClusterFixture cluster, string folder) : IAsyncLifetime
{
    private TestNamespace? _namespace;

    /// <summary>What its program said before the checkpoint.</summary>
    public JsonObject Before { get; private set; } = [];

    /// <summary>What it said in the restored container.</summary>
    public JsonObject After { get; private set; } = [];

    /// <summary>The Pod's manifest, and what it needs.</summary>
    protected abstract string Manifest { get; }

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        _namespace = await TestNamespace.CreateAsync(cluster);
        await _namespace.ApplyAsync(Manifest);
        await _namespace.UntilPodReadyAsync("row");
        Before = await AskAsync();
        await _namespace.CheckpointAsync("row", "row");
        await _namespace.DeletePodAsync("row");
        await _namespace.RestoreAsync("row", "row");
        After = await AskAsync();
    }

    /// <summary>Runs a program in the restored container.</summary>
    public Task<string> ExecAsync(params string[] command) => _namespace!.ExecAsync("row", command);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_namespace is not null)
            await _namespace.DisposeAsync();
    }

    // The container is ready when its program was started, not when it has its socket.
    private async Task<JsonObject> AskAsync() => JsonNode.Parse(await ExecAsync(
        "sh", "-c", $"until [ -S {folder}/kinds.sock ]; do sleep 0.1; done; exec python3 -B /workloads/kinds.py {folder}"))!.AsObject();
}
