using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>The installation by Helm's chart, from its first day to its last.</summary>
[Collection(nameof(Disruption))]
public sealed class ChartTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    [Fact]
    public async Task It_is_installed_upgraded_with_its_checkpoints_and_removed_but_for_what_the_documents_say()
    {
        using var release = new ChartRelease(Cluster);
        // A restored container would keep the runtime handler to its end.
        await Cluster.AwaitDeletedNamespacesAsync();
        await Cluster.Installation.UninstallAsync();
        try
        {
            await Cluster.Kubectl.ApplyAsync(Installation.Namespace, Space());
            await release.UpgradeAsync(await release.PreviousAsync());
            await Namespace.StartServerAsync("server");
            JsonObject first = await Namespace.CheckpointAsync("first", "server");

            await release.UpgradeAsync(ChartRelease.Chart);
            await release.TestAsync();
            await Namespace.RestoreAsync("copy", "first");
            await Namespace.AskAsync("copy");
            await Namespace.KubectlAsync("delete", "containerrestore,pod", "copy", "--ignore-not-found", "--timeout=120s");

            IReadOnlyList<JsonObject> kept = await release.UninstallAsync();
            Assert.All(kept, value => Assert.Equal("CustomResourceDefinition", (string?)value["kind"]));
            Assert.Equal(
                kept.Select(value => $"customresourcedefinition.apiextensions.k8s.io/{value["metadata"]!["name"]}").Order(), (await release.PresentAsync()).Order());
            await AssertNodeIsLeftAsync((string)first["status"]!["archive"]!["path"]!);
            Assert.Equal("Ready", (await Cluster.Kubectl.GetAsync(Namespace.Checkpoint("first")))!.Phase);
        }
        finally
        {
            await Cluster.Installation.InstallAsync();
        }
        // What was kept goes on: the archive is restored by the installation that came after.
        await Namespace.RestoreAsync("again", "first");
        await Namespace.AskAsync("again");
    }

    // docs/install.md: nothing of ours runs on the node, its container engine is as it was, and the archives stay.
    private async Task AssertNodeIsLeftAsync(string archive)
    {
        Assert.Equal("", await Cluster.Node.RunAsync("grep -rl checkpoint-restore /etc/containerd /opt/checkpoint-operator 2> /dev/null || true"));
        foreach (Component component in new[] { Component.Agent, Component.Operator })
            Assert.Equal("", await Cluster.Node.RunAsync($"pgrep -af '{component.Pattern}' || true"));
        await Cluster.Node.RunAsync($"test -s '{archive}'");
    }

    private static string Space() => $$"""
        apiVersion: v1
        kind: Namespace
        metadata:
          name: {{Installation.Namespace}}
          labels: {pod-security.kubernetes.io/enforce: privileged}
        """;
}
