using System.Collections.Concurrent;
using System.Diagnostics;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(CheckpointOperator.Cluster.Tests.ClusterFixture))]
// Most of a test is waiting; those that take something away from the node all share are in the collection Disruption and run alone.
[assembly: Parallelization(Mode = ParallelMode.All, MaxThreads = 4)]

namespace CheckpointOperator.Cluster.Tests;

/// <summary>A cluster with the operator installed: the one in KUBECONFIG, otherwise the one that eng/cluster makes.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private static readonly TimeSpan FirstBuild = TimeSpan.FromMinutes(25);

    private static readonly TimeSpan Start = TimeSpan.FromMinutes(3);

    // A kubelet of 1.20 was seen to name a Pod of which nothing is left for 80 s.
    private static readonly TimeSpan Deletion = TimeSpan.FromMinutes(4);

    private readonly ConcurrentBag<string> _namespaces = [];
    private string? _script;
    private Lazy<Task> _services = new(Task.CompletedTask);

    /// <summary>kubectl against the cluster.</summary>
    public Kubectl Kubectl { get; private set; } = null!;

    /// <summary>Waits on the cluster.</summary>
    public Awaiter Awaiter { get; private set; } = null!;

    /// <summary>A shell on its node.</summary>
    public NodeShell Node { get; private set; } = null!;

    /// <summary>The operator in it.</summary>
    public Installation Installation { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        string script = Path.Combine(RepositoryFolder.Path, "eng", "cluster");
        string local = (await new Command(script, "kubeconfig").RunAsync()).OrThrow().Output.Trim();
        string kubeconfig = Environment.GetEnvironmentVariable("KUBECONFIG") is { Length: > 0 } given ? given : local;
        if (kubeconfig == local)
        {
            _script = script;
            (await new Command(script, "up").RunAsync(deadline: FirstBuild)).OrThrow();
            _services = new(() => LoadServicesAsync(Path.Combine(RepositoryFolder.Path, "eng", "images"), script));
        }
        Kubectl = new Kubectl(kubeconfig);
        Awaiter = new Awaiter(Kubectl);
        Node = new NodeShell(Environment.GetEnvironmentVariable("CHECKPOINT_OPERATOR_NODE_EXEC") ?? $"{script} exec");
        Installation = new Installation(Kubectl, Path.Combine(RepositoryFolder.Path, "eng", "install"));
        await Installation.InstallAsync();
    }

    /// <summary>Whether it is the one that eng/cluster makes.</summary>
    public bool IsLocal => _script is not null;

    /// <summary>Ends all processes of the local cluster's node at once, as a loss of power does, starts it again and waits until it can be worked on.</summary>
    public async Task RestartNodeAsync()
    {
        foreach (string command in new[] { "down", "up" })
            (await new Command(_script ?? throw new InvalidOperationException("only the local cluster can be started again"), command).RunAsync(deadline: Start)).OrThrow();
        await Kubectl.RunAsync("-n", Installation.Namespace, "rollout", "status", $"deployment/{Installation.Operator}", "--timeout=180s");
        await Kubectl.RunAsync("-n", Installation.Namespace, "rollout", "status", $"daemonset/{Installation.Agent}", "--timeout=180s");
        await Installation.AwaitNodesAsync();
    }

    /// <summary>Makes the image of services and brings it to the local node, once; a cluster of one's own has it.</summary>
    public Task LoadServicesAsync() => _services.Value;

    /// <summary>Deletes a namespace; that it is gone is seen at the end of all tests, because a kubelet takes its time.</summary>
    public async Task DeleteNamespaceAsync(string name)
    {
        await Kubectl.RunAsync("delete", "namespace", name, "--wait=false");
        _namespaces.Add(name);
    }

    /// <summary>Waits until nothing is left of the tests that have ended: no finalizer holds their objects, no container their Pods.</summary>
    public async Task AwaitDeletedNamespacesAsync()
    {
        while (_namespaces.TryTake(out string? name))
        {
            long start = Stopwatch.GetTimestamp();
            while ((await Kubectl.TryAsync("wait", "--for=delete", $"namespace/{name}", "--timeout=60s")).ExitCode != 0
                && await Kubectl.GetAsync(new ObjectReference("namespaces", name)) is { } stuck)
            {
                if (Stopwatch.GetElapsedTime(start) > Deletion)
                    throw new TimeoutException($"namespace {name} was not gone in {Deletion}: {stuck["status"]}\n{await new Diagnosis(Kubectl).TellAsync(name)}");
            }
        }
    }

    /// <summary>Waits until no archive is left of the tests that have ended; their Pods may take longer.</summary>
    public async Task AwaitDeletedCheckpointsAsync()
    {
        long start = Stopwatch.GetTimestamp();
        foreach (string name in _namespaces)
        {
            while ((await Kubectl.ListAsync("containercheckpoints", name)).Count > 0)
            {
                Assert.True(Stopwatch.GetElapsedTime(start) < Deletion, $"the ContainerCheckpoints of namespace {name} were not gone in {Deletion}");
                await Task.Delay(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken);
            }
        }
    }

    /// <summary>How many Pods the node has.</summary>
    public async Task<int> CountPodsAsync() => (await Kubectl.RunAsync("get", "pods", "--all-namespaces", "-o", "name")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await AwaitDeletedNamespacesAsync();

    private static async Task LoadServicesAsync(string images, string script)
    {
        string archive = (await new Command(images, "services").RunAsync(deadline: FirstBuild)).OrThrow().Output.Trim();
        (await new Command(script, "load", archive).RunAsync(deadline: FirstBuild)).OrThrow();
    }
}
