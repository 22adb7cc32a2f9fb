using k8s;

namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>A namespace of one test, with what a kubelet, a scheduler and an agent would do in it: they are played at the API, by their own writes.</summary>
public sealed class TestNamespace(TestControlPlane controlPlane, string name) : IAsyncDisposable
{
    /// <summary>How long anything may take before its test fails: what goes well takes moments, and a machine with other work longer.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    // Made when it is needed first: the node has to be there for the token to name it.
    private readonly Lazy<Task<ApiConnection>> _agent = new(() => AccountConnection.OpenOnNodeAsync(controlPlane, AccountConnection.Agent, $"agent-{name}", $"node-{name}"));

    /// <summary>The namespace's name; also of the node that is its own.</summary>
    public string Name => name;

    /// <summary>The node on which this test's Pods run.</summary>
    public string NodeName => $"node-{name}";

    public TestControlPlane ControlPlane => controlPlane;

    public ResourceClient<V1Pod> Pods { get; } = controlPlane.Client<V1Pod>();

    public ResourceClient<V1Alpha1ContainerCheckpoint> Checkpoints { get; } = controlPlane.Client<V1Alpha1ContainerCheckpoint>();

    public ResourceClient<V1Alpha1ContainerRestore> Restores { get; } = controlPlane.Client<V1Alpha1ContainerRestore>();

    public AgentPart Agent => new(this);

    /// <summary>Reads and writes objects of a kind as the agent of the test's node.</summary>
    public async Task<ResourceClient<T>> AgentClientAsync<T>()
        where T : class, IKubernetesObject<V1ObjectMeta> => TestControlPlane.Client<T>(await _agent.Value);

    public KubeletPart Kubelet => new(this);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static async Task<TestNamespace> CreateAsync(TestControlPlane controlPlane, bool withNode = true)
    {
        string name = $"t-{Guid.NewGuid().ToString("N")[..8]}";
        await controlPlane.Client<V1Namespace>().CreateAsync(new V1Namespace { Metadata = new V1ObjectMeta { Name = name } }, Cancelled);
        var created = new TestNamespace(controlPlane, name);
        // Admission refuses a Pod until the namespace's default account is there.
        await created.UntilAsync<V1ServiceAccount>("default", account => account is not null, "is made");
        if (withNode)
        {
            await controlPlane.Client<V1Node>().CreateAsync(new V1Node { Metadata = new V1ObjectMeta { Name = created.NodeName } }, Cancelled);
            await created.Agent.ReportNodeAsync();
        }

        return created;
    }

    /// <summary>The key of an object of this namespace.</summary>
    public NamespacedName Key(string objectName) => new(name, objectName);

    /// <summary>Makes a checkpoint of a Pod that has the same name, or of another one.</summary>
    public Task<V1Alpha1ContainerCheckpoint> CheckpointAsync(string checkpoint, string pod, Action<ContainerCheckpointSpec>? set = null)
    {
        var made = new V1Alpha1ContainerCheckpoint { Metadata = new V1ObjectMeta { Name = checkpoint, NamespaceProperty = name } };
        made.Spec.Pod = pod;
        set?.Invoke(made.Spec);
        return Checkpoints.CreateAsync(made, Cancelled);
    }

    /// <summary>Starts a Pod and checkpoints it; the operator must be running.</summary>
    public async Task<V1Alpha1ContainerCheckpoint> ReadyCheckpointAsync(string checkpoint, string pod, Action<ContainerCheckpointSpec>? set = null)
    {
        await Kubelet.StartPodAsync(pod);
        await CheckpointAsync(checkpoint, pod, set);
        return await Agent.CompleteAsync(await UntilCheckpointAsync(checkpoint, current => current.Status.Phase == CheckpointPhase.Running, "is Running"));
    }

    /// <summary>Makes a restore of a checkpoint.</summary>
    public Task<V1Alpha1ContainerRestore> RestoreAsync(string restore, string checkpoint, Action<ContainerRestoreSpec>? set = null)
    {
        var made = new V1Alpha1ContainerRestore { Metadata = new V1ObjectMeta { Name = restore, NamespaceProperty = name } };
        made.Spec.Checkpoint = checkpoint;
        set?.Invoke(made.Spec);
        return Restores.CreateAsync(made, Cancelled);
    }

    /// <summary>Makes a restore of several containers, each with its checkpoint.</summary>
    public Task<V1Alpha1ContainerRestore> RestoreContainersAsync(string restore, params (string Container, string Checkpoint)[] containers) => RestoreAsync(restore, string.Empty, spec =>
    {
        spec.Checkpoint = null;
        spec.Containers = [.. containers.Select(container => new RestoreContainer { Name = container.Container, Checkpoint = container.Checkpoint })];
    });

    public Task<V1Alpha1ContainerCheckpoint> UntilCheckpointAsync(string checkpoint, Func<V1Alpha1ContainerCheckpoint, bool> holds, string what) =>
        UntilAsync<V1Alpha1ContainerCheckpoint>(checkpoint, current => current is not null && holds(current), what)!;

    public Task<V1Alpha1ContainerRestore> UntilRestoreAsync(string restore, Func<V1Alpha1ContainerRestore, bool> holds, string what) =>
        UntilAsync<V1Alpha1ContainerRestore>(restore, current => current is not null && holds(current), what)!;

    /// <summary>Waits, by a watch, until an object, or null where there is none, is as expected; otherwise says how it was last.</summary>
    public async Task<T> UntilAsync<T>(string objectName, Func<T?, bool> holds, string what)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ResourceClient<T> client = controlPlane.Client<T>();
        var scope = new ResourceScope(typeof(T) == typeof(V1Node) ? null : name, FieldSelector: $"metadata.name={objectName}");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(Limit);
        T? last = null;
        try
        {
            while (true)
            {
                EntityList<T> list = await client.ListAsync(scope, limit.Token);
                last = list.Items.SingleOrDefault();
                if (holds(last))
                    return last!;
                using WatchStream<T> watch = await client.WatchAsync(scope, list.Metadata.ResourceVersion, Limit, limit.Token);
                await foreach (WatchEvent<T> change in watch.ReadAsync(limit.Token))
                {
                    if (change.Type == WatchEventType.Bookmark)
                        continue;
                    last = change.Type == WatchEventType.Deleted ? null : change.Entity;
                    if (holds(last))
                        return last!;
                }
            }
        }
        catch (OperationCanceledException) when (!Cancelled.IsCancellationRequested)
        {
            throw new TimeoutException($"{typeof(T).Name} {name}/{objectName}: '{what}' did not come true within {Limit.TotalSeconds} s; it is now: {(last is null ? "not there" : System.Text.Json.JsonSerializer.Serialize(last, Kubernetes.Json.KubernetesSerializer.TypeInfo<T>()))}");
        }
    }

    /// <summary>Waits for an Event on an object.</summary>
    public async Task<Corev1Event> UntilEventAsync(string objectName, string reason)
    {
        ResourceClient<Corev1Event> client = controlPlane.Client<Corev1Event>();
        var scope = new ResourceScope(name, FieldSelector: $"involvedObject.name={objectName},reason={reason}");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(Limit);
        try
        {
            while (true)
            {
                EntityList<Corev1Event> list = await client.ListAsync(scope, limit.Token);
                if (list.Items.Count > 0)
                    return list.Items[0];
                using WatchStream<Corev1Event> watch = await client.WatchAsync(scope, list.Metadata.ResourceVersion, Limit, limit.Token);
                await foreach (WatchEvent<Corev1Event> change in watch.ReadAsync(limit.Token))
                {
                    if (change.Type == WatchEventType.Added)
                        return change.Entity;
                }
            }
        }
        catch (OperationCanceledException) when (!Cancelled.IsCancellationRequested)
        {
            throw new TimeoutException($"No Event {reason} on {name}/{objectName} within {Limit.TotalSeconds} s.");
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        // A finalizer that no agent will serve would keep the namespace for ever.
        foreach (V1Alpha1ContainerCheckpoint checkpoint in (await Checkpoints.ListAsync(new ResourceScope(name), CancellationToken.None)).Items)
            await ReleaseAsync(checkpoint);
        if (_agent.IsValueCreated)
        {
            (await _agent.Value).Dispose();
            await Pods.DeleteAsync(new NamespacedName(AccountConnection.SystemNamespace, $"agent-{name}"), new V1DeleteOptions { GracePeriodSeconds = 0 }, CancellationToken.None);
        }

        await controlPlane.Client<V1Node>().DeleteAsync(new NamespacedName(null, NodeName), null, CancellationToken.None);
        await controlPlane.Client<V1Alpha1CheckpointNode>().DeleteAsync(new NamespacedName(null, NodeName), null, CancellationToken.None);
        await controlPlane.Client<V1Namespace>().DeleteAsync(new NamespacedName(null, name), null, CancellationToken.None);
    }

    private async Task ReleaseAsync(V1Alpha1ContainerCheckpoint checkpoint)
    {
        try
        {
            await Checkpoints.PatchAsync(checkpoint, current => current.Metadata.Finalizers?.Remove(ApiGroup.ArchiveFinalizer), CancellationToken.None);
        }
        catch (ApiServerException gone) when (gone.IsNotFound)
        {
            // Removed by the operator meanwhile.
        }
    }
}
