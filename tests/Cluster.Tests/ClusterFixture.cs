using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(CheckpointOperator.Cluster.Tests.ClusterFixture))]
// The tests share one node, whose agent and CRIU some of them take away.
[assembly: Parallelization(Mode = ParallelMode.None)]

namespace CheckpointOperator.Cluster.Tests;

/// <summary>A cluster with the operator installed: the one in KUBECONFIG, otherwise the one that eng/cluster makes.</summary>
public sealed class ClusterFixture : IAsyncLifetime
{
    private static readonly TimeSpan FirstBuild = TimeSpan.FromMinutes(25);

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
        string root = FindRoot();
        string script = Path.Combine(root, "eng", "cluster");
        string? kubeconfig = Environment.GetEnvironmentVariable("KUBECONFIG");
        if (string.IsNullOrEmpty(kubeconfig))
        {
            (await new Command(script, "up").RunAsync(deadline: FirstBuild)).OrThrow();
            kubeconfig = (await new Command(script, "kubeconfig").RunAsync()).OrThrow().Output.Trim();
        }
        Kubectl = new Kubectl(kubeconfig);
        Awaiter = new Awaiter(Kubectl);
        Node = new NodeShell(script);
        Installation = new Installation(Kubectl, Path.Combine(root, "config", "default"));
        await Installation.InstallAsync();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CheckpointOperator.sln")))
                return folder.FullName;
        }
        throw new InvalidOperationException($"no folder above {AppContext.BaseDirectory} holds CheckpointOperator.sln; run the tests from the repository");
    }
}
