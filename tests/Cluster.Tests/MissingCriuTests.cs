namespace CheckpointOperator.Cluster.Tests;

/// <summary>A node whose CRIU is taken away and put back.</summary>
[Collection(nameof(Disruption))]
public sealed class MissingCriuTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    private const string Away = "mv /usr/sbin/criu /usr/sbin/criu.away";
    private const string Back = "[ ! -e /usr/sbin/criu.away ] || mv /usr/sbin/criu.away /usr/sbin/criu";
    private static readonly TimeSpan OneProbe = TimeSpan.FromMinutes(6);

    public override async ValueTask DisposeAsync()
    {
        await Cluster.Node.RunAsync(Back);
        await base.DisposeAsync();
        await Cluster.Installation.AwaitNodesAsync();
    }

    [Fact]
    public async Task A_checkpoint_without_criu_says_so_and_goes_on_when_it_is_installed()
    {
        await Namespace.StartServerAsync("server");
        ServerState before = await Namespace.AskAsync("server");
        await Cluster.Node.RunAsync(Away);
        await Namespace.ApplyAsync(Manifests.Checkpoint("without", "server"));
        await Namespace.UntilAsync(
            Namespace.Checkpoint("without"),
            value => value.Says("Ready", "False") && value.Message("Ready").Contains("criu", StringComparison.OrdinalIgnoreCase),
            "says that CRIU is missing");
        string description = await Namespace.KubectlAsync("describe", "containercheckpoint", "without");
        Assert.Contains("Warning", description, StringComparison.Ordinal);
        // The container was not harmed.
        Assert.True((await Namespace.AskAsync("server")).Count > before.Count);

        await Cluster.Node.RunAsync(Back);
        string reference = "without";
        if ((await Namespace.UntilAsync(Namespace.Checkpoint("without"), value => value.Phase is not null, "has a phase")).Phase == "Failed")
        {
            // A failed checkpoint is over, and says what to do.
            Assert.Contains("new ContainerCheckpoint", description, StringComparison.Ordinal);
            await Namespace.ApplyAsync(Manifests.Checkpoint(reference = "with", "server"));
        }
        await Namespace.UntilReadyAsync(Namespace.Checkpoint(reference), OneProbe);
    }

    [Fact]
    public async Task A_restore_without_criu_says_so_and_goes_on_when_it_is_installed()
    {
        await Namespace.StartServerAsync("server");
        await Namespace.CheckpointAsync("first", "server");
        await Cluster.Node.RunAsync(Away);
        await Namespace.ApplyAsync(Manifests.Restore("copy", "first"));
        await Namespace.UntilAsync(
            Namespace.Restore("copy"),
            value => new[] { "Preflight", "Restored", "Ready" }.Any(type =>
                value.Says(type, "False") && value.Message(type).Contains("criu", StringComparison.OrdinalIgnoreCase)),
            "says that CRIU is missing");
        Assert.Contains("Warning", await Namespace.KubectlAsync("describe", "containerrestore", "copy"), StringComparison.Ordinal);

        await Cluster.Node.RunAsync(Back);
        await Namespace.UntilReadyAsync(Namespace.Restore("copy"), OneProbe);
    }
}
