using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>A namespace of one test, with the steps that a user takes in it. It is deleted, with all that is in it, at the end.</summary>
public sealed class TestNamespace : IAsyncDisposable
{
    private readonly ClusterFixture _cluster;

    private TestNamespace(ClusterFixture cluster, string name)
    {
        _cluster = cluster;
        Name = name;
    }

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Makes a namespace with a name of its own.</summary>
    public static async Task<TestNamespace> CreateAsync(ClusterFixture cluster)
    {
        string name = $"acceptance-{Guid.NewGuid().ToString("N")[..8]}";
        await cluster.Kubectl.RunAsync("create", "namespace", name);
        return new TestNamespace(cluster, name);
    }

    /// <summary>A Pod in it.</summary>
    public ObjectReference Pod(string name) => new("pods", name, Name);

    /// <summary>A ContainerCheckpoint in it.</summary>
    public ObjectReference Checkpoint(string name) => new("containercheckpoints", name, Name);

    /// <summary>A ContainerRestore in it.</summary>
    public ObjectReference Restore(string name) => new("containerrestores", name, Name);

    /// <summary>Applies a manifest.</summary>
    public Task ApplyAsync(string manifest) => _cluster.Kubectl.ApplyAsync(Name, manifest);

    /// <summary>Runs kubectl in it.</summary>
    public Task<string> KubectlAsync(params string[] arguments) => _cluster.Kubectl.RunAsync(["-n", Name, .. arguments]);

    /// <summary>Runs kubectl in it and tells how it ended.</summary>
    public Task<CommandResult> TryKubectlAsync(params string[] arguments) => _cluster.Kubectl.TryAsync(["-n", Name, .. arguments]);

    /// <summary>Waits until something holds for an object.</summary>
    public Task<JsonObject> UntilAsync(ObjectReference reference, Func<JsonObject, bool> holds, string expectation, TimeSpan? deadline = null) =>
        _cluster.Awaiter.UntilAsync(reference, holds, expectation, deadline);

    /// <summary>Waits until an object's condition is False for a reason, its Event says so and kubectl describe shows it; gives the object.</summary>
    public async Task<JsonObject> UntilRefusedAsync(ObjectReference reference, string condition, string reason)
    {
        JsonObject value = await UntilAsync(reference, value => value.Says(condition, "False", reason), $"says {condition}=False because of {reason}");
        Assert.NotEmpty(value.Message(condition));
        Assert.NotEmpty(await _cluster.Awaiter.EventAsync(reference, reason));
        string description = await KubectlAsync("describe", reference.Kind, reference.Name);
        Assert.Contains(reason, description[..description.IndexOf("Events:", StringComparison.Ordinal)], StringComparison.Ordinal);
        Assert.Contains(reason, description[description.IndexOf("Events:", StringComparison.Ordinal)..], StringComparison.Ordinal);
        return value;
    }

    /// <summary>Starts Workloads/server.py with its ConfigMaps and waits until it serves.</summary>
    public async Task<JsonObject> StartServerAsync(string name)
    {
        await ApplyAsync($"{Manifests.ServerConfigMaps()}\n---\n{Manifests.ServerPod(name)}");
        return await UntilPodReadyAsync(name);
    }

    /// <summary>Waits until a Pod is ready.</summary>
    public Task<JsonObject> UntilPodReadyAsync(string name) => UntilAsync(Pod(name), pod => pod.Says("Ready", "True"), "is ready");

    /// <summary>Takes a checkpoint and waits until it is Ready.</summary>
    public async Task<JsonObject> CheckpointAsync(string name, string pod, params IEnumerable<string> fields)
    {
        await ApplyAsync(Manifests.Checkpoint(name, pod, fields));
        return await UntilReadyAsync(Checkpoint(name));
    }

    /// <summary>Restores a checkpoint and waits until the process goes on.</summary>
    public async Task<JsonObject> RestoreAsync(string name, string checkpoint, params IEnumerable<string> fields)
    {
        await ApplyAsync(Manifests.Restore(name, checkpoint, fields));
        return await UntilReadyAsync(Restore(name));
    }

    /// <summary>Waits until a ContainerCheckpoint or ContainerRestore is Ready; a Failed one ends the wait.</summary>
    public async Task<JsonObject> UntilReadyAsync(ObjectReference reference, TimeSpan? deadline = null)
    {
        JsonObject value = await UntilAsync(reference, value => value.Says("Ready", "True") || value.Phase == "Failed", "is Ready", deadline);
        Assert.True(value.Phase == "Ready", $"{reference} ended as {value["status"]}\n{await new Diagnosis(_cluster.Kubectl).TellAsync(Name)}");
        return value;
    }

    /// <summary>Runs a program in a Pod.</summary>
    public Task<string> ExecAsync(string pod, params string[] command) => KubectlAsync(["exec", pod, "--", .. command]);

    /// <summary>Asks the server in a Pod for its state.</summary>
    public async Task<ServerState> AskAsync(string pod) => ServerState.Parse(await ExecAsync(pod, "python3", "/workloads/ask.py"));

    /// <summary>Asks Workloads/kinds.py, whose folder is /tmp, what it says of its kinds: a container is ready when its program was started, not when it answers.</summary>
    public async Task<JsonObject> AskKindsAsync(string pod) => JsonNode.Parse(await ExecAsync(
        pod, "sh", "-c", "until [ -S /tmp/kinds.sock ]; do sleep 0.1; done; exec python3 -B /workloads/kinds.py /tmp"))!.AsObject();

    /// <summary>Asks it until something holds for its answer.</summary>
    public async Task UntilKindsAsync(string pod, Func<JsonObject, bool> holds)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromMinutes(3));
        while (await AskKindsAsync(pod) is var answer && !holds(answer))
            await Task.Delay(TimeSpan.FromMilliseconds(200), deadline.Token);
    }

    /// <summary>Starts two Pods of kinds.py: row is connected to peer. Gives row's address.</summary>
    public async Task<string> StartPeersAsync(params IEnumerable<string> kinds)
    {
        await ApplyAsync(RowManifests.KindsPod("peer", "/tmp", ["echo"]));
        string address = (await UntilPodReadyAsync("peer")).Status("podIP")!;
        await AskKindsAsync("peer");
        await ApplyAsync(RowManifests.KindsPod("row", "/tmp", ["identity", $"peer={address}", .. kinds]));
        return (await UntilPodReadyAsync("row")).Status("podIP")!;
    }

    /// <summary>Deletes a Pod and waits until it is gone.</summary>
    public Task DeletePodAsync(string name) => KubectlAsync("delete", "pod", name, "--wait=true", "--timeout=180s");

    /// <summary>Deletes a Pod and waits until its processes have ended. The kubelet lets go of its name some seconds later.</summary>
    public async Task EndPodAsync(string name)
    {
        await KubectlAsync("delete", "pod", name, "--wait=false");
        await _cluster.Awaiter.EndAsync(Pod(name));
    }

    /// <summary>Evicts a Pod, as a drain of its node does.</summary>
    public Task EvictAsync(string name) => _cluster.Kubectl.PostAsync(
        $"/api/v1/namespaces/{Name}/pods/{name}/eviction", $$"""{"apiVersion":"policy/v1beta1","kind":"Eviction","metadata":{"name":"{{name}}","namespace":"{{Name}}"} }""");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _cluster.DeleteNamespaceAsync(Name);
}
