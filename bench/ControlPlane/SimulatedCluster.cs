using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Kubernetes.Client;
using k8s;
using k8s.Models;

namespace CheckpointOperator.ControlPlane.Benchmark;

/// <summary>Nodes and Pods as objects at the API, with what kubelets and agents have written about them.</summary>
/// <param name="connection">The administrator's connection.</param>
/// <param name="options">How many.</param>
internal sealed class SimulatedCluster(ApiConnection connection, BenchOptions options)
{
    /// <summary>Where the objects are.</summary>
    public const string Namespace = "bench";

    private const int Writers = 16;

    public ResourceClient<V1Pod> Pods { get; } = Client<V1Pod>(connection);

    public ResourceClient<V1Alpha1CheckpointNode> CheckpointNodes { get; } = Client<V1Alpha1CheckpointNode>(connection);

    public ResourceClient<V1Alpha1ContainerCheckpoint> Checkpoints { get; } = Client<V1Alpha1ContainerCheckpoint>(connection);

    public ResourceClient<V1Alpha1ContainerRestore> Restores { get; } = Client<V1Alpha1ContainerRestore>(connection);

    private ResourceClient<V1Node> Nodes { get; } = Client<V1Node>(connection);

    /// <summary>Makes the Nodes, their CheckpointNodes, and a running Pod for each checkpoint.</summary>
    public async Task CreateAsync(CancellationToken cancellationToken)
    {
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = Writers, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, options.Nodes, parallel, async (number, token) =>
        {
            string name = NodeName(number);
            await Nodes.CreateAsync(new V1Node { Metadata = new V1ObjectMeta { Name = name } }, token);
            V1Alpha1CheckpointNode node = await CheckpointNodes.CreateAsync(new V1Alpha1CheckpointNode { Metadata = new V1ObjectMeta { Name = name } }, token);
            await ReportAsync(node, 0, token);
        });
        await Parallel.ForAsync(0, options.Checkpoints, parallel, async (number, token) => await RunAsync(await Pods.CreateAsync(NewPod(number), token), token));
    }

    /// <summary>Waits until the operator has labelled all Nodes.</summary>
    public async Task WaitForLabelsAsync(CancellationToken cancellationToken)
    {
        while ((await Nodes.ListAsync(new ResourceScope(LabelSelector: ApiGroup.RestoreLabelKey), cancellationToken)).Items.Count < options.Nodes)
            await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
    }

    /// <summary>Writes a node's report, as its agent does.</summary>
    public Task ReportAsync(V1Alpha1CheckpointNode node, int archives, CancellationToken cancellationToken) => CheckpointNodes.PatchStatusAsync(
        node,
        current => current.Status = new CheckpointNodeStatus
        {
            Criu = new NodeCriu { Version = "4.2", Ok = true },
            Runtimes = [new NodeRuntime { Name = "runc", Path = "/usr/sbin/runc", Version = "1.1.15", Checkpoint = true, PodRestore = true }],
            RestoreRuntime = new NodeRestoreRuntime { Installed = true, Handler = ApiGroup.RestoreHandler },
            Kubelet = new NodeKubelet { Version = "v1.36.2", CheckpointApi = true },
            Archives = new NodeArchives { Count = archives, Bytes = archives * 16L << 20 },
            Conditions = Conditions.With(current.Status.Conditions, "CanCheckpoint", Conditions.True, "Ready", "The node can take checkpoints.", 1, DateTimeOffset.UtcNow)
                .With("CanRestore", Conditions.True, "Ready", "The node can restore.", 1, DateTimeOffset.UtcNow),
            HeartbeatTime = DateTime.UtcNow,
        },
        cancellationToken);

    /// <summary>Writes a Pod's container as running, as its kubelet does.</summary>
    public Task<V1Pod> RunAsync(V1Pod pod, CancellationToken cancellationToken) => Pods.PatchStatusAsync(
        pod,
        current =>
        {
            current.Status.Phase = "Running";
            current.Status.ContainerStatuses =
            [
                .. current.Spec.Containers.Select(container => new V1ContainerStatus
                {
                    Name = container.Name,
                    Image = container.Image,
                    ImageID = $"registry.example/{container.Name}@sha256:{new string('a', 64)}",
                    ContainerID = $"containerd://{new string('c', 64)}",
                    Ready = true,
                    State = new V1ContainerState { Running = new V1ContainerStateRunning { StartedAt = DateTime.UtcNow } },
                }),
            ];
        },
        cancellationToken);

    /// <summary>The name of a Pod, and of its checkpoint.</summary>
    public static string PodName(int number) => $"service-{number:D6}";

    /// <summary>The name of a node.</summary>
    public static string NodeName(int number) => $"node-{number:D4}.cluster.example";

    private static ResourceClient<T> Client<T>(ApiConnection connection)
        where T : class, IKubernetesObject<V1ObjectMeta> => new(new ApiServer(connection, TimeProvider.System), TimeProvider.System);

    // As large as a small service's is: its environment, a probe, a volume, resources.
    private V1Pod NewPod(int number) => new()
    {
        Metadata = new V1ObjectMeta
        {
            Name = PodName(number),
            NamespaceProperty = Namespace,
            Labels = new Dictionary<string, string> { ["app.kubernetes.io/name"] = "service", ["app.kubernetes.io/instance"] = PodName(number) },
        },
        Spec = new V1PodSpec
        {
            NodeName = NodeName(number % options.Nodes),
            AutomountServiceAccountToken = false,
            Containers =
            [
                new V1Container
                {
                    Name = "service",
                    Image = "registry.example/service:1.2.3",
                    Env = [.. Enumerable.Range(0, 10).Select(at => new V1EnvVar { Name = $"SETTING_{at}", Value = $"the value of setting {at} of {PodName(number)}" })],
                    Ports = [new V1ContainerPort { ContainerPort = 8080, Name = "http" }],
                    VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }],
                    ReadinessProbe = new V1Probe { HttpGet = new V1HTTPGetAction { Path = "/ready", Port = 8080 }, PeriodSeconds = 5 },
                    Resources = new V1ResourceRequirements
                    {
                        Requests = new Dictionary<string, ResourceQuantity> { ["cpu"] = new("100m"), ["memory"] = new("64Mi") },
                        Limits = new Dictionary<string, ResourceQuantity> { ["memory"] = new("256Mi") },
                    },
                },
            ],
            Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }],
        },
    };
}
