namespace CheckpointOperator.Cluster.Tests;

/// <summary>What the installation may do, and that it goes without leaving anything that runs.</summary>
[Collection(nameof(Disruption))]
public sealed class InstallationTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    /// <summary>Where the documents say how it is removed.</summary>
    internal static readonly (string Document, string Heading) Removal = ("docs/install.md", "Removing");

    [Theory]
    [InlineData(Installation.Operator)]
    [InlineData(Installation.Agent)]
    public async Task No_account_has_more_than_it_needs(string account)
    {
        foreach (string[] right in new string[][]
        {
            ["*", "*"], ["get", "secrets"], ["list", "secrets"], ["create", "nodes", "--subresource=proxy"], ["get", "nodes", "--subresource=proxy"],
            ["create", "pods", "--subresource=exec"], ["update", "clusterroles"], ["create", "clusterrolebindings"], ["escalate", "clusterroles"],
            ["impersonate", "users"], ["create", "serviceaccounts", "--subresource=token"], ["update", "nodes"], ["delete", "namespaces"],
        })
            Assert.False(await CanAsync(account, right), $"{account} may {string.Join(' ', right)}");
    }

    [Fact]
    public async Task Restored_pods_are_placed_by_a_label_that_the_operator_sets_and_cost_nothing_besides()
    {
        Assert.NotEqual("", await Cluster.Kubectl.RunAsync("get", "nodes", "-l", "checkpoint-operator.io/restore=true", "-o", "name"));
        await Namespace.StartServerAsync("server");
        await Namespace.CheckpointAsync("first", "server");
        await Namespace.RestoreAsync("copy", "first");
        string spec = await Namespace.KubectlAsync("get", "pod", "copy", "-o", "jsonpath={.spec.runtimeClassName} {.spec.nodeSelector.checkpoint-operator\\.io/restore} {.spec.overhead.memory}");
        Assert.Equal("checkpoint-restore true 0", spec.Trim());
    }

    [Fact]
    public async Task The_operator_makes_pods_and_the_agent_does_not()
    {
        Assert.True(await CanAsync(Installation.Operator, "create", "pods"));
        Assert.False(await CanAsync(Installation.Agent, "create", "pods"));
        Assert.False(await CanAsync(Installation.Agent, "create", "containerrestores.checkpoint-operator.io"));
        Assert.True(await CanAsync(Installation.Agent, "patch", "containercheckpoints.checkpoint-operator.io", "--subresource=status"));
        Assert.False(await CanAsync(Installation.Operator, "patch", "checkpointnodes.checkpoint-operator.io", "--subresource=status"));
    }

    [Fact]
    public async Task A_user_with_the_edit_role_may_checkpoint_and_restore_and_one_with_view_may_look()
    {
        await Namespace.KubectlAsync("create", "serviceaccount", "editor");
        await Namespace.KubectlAsync("create", "serviceaccount", "viewer");
        await Namespace.KubectlAsync("create", "rolebinding", "editor", "--clusterrole=edit", $"--serviceaccount={Namespace.Name}:editor");
        await Namespace.KubectlAsync("create", "rolebinding", "viewer", "--clusterrole=view", $"--serviceaccount={Namespace.Name}:viewer");
        foreach (string kind in new[] { "containercheckpoints", "containerrestores" })
        {
            Assert.True(await CanHereAsync("editor", "create", $"{kind}.checkpoint-operator.io"));
            Assert.True(await CanHereAsync("viewer", "get", $"{kind}.checkpoint-operator.io"));
            Assert.False(await CanHereAsync("viewer", "create", $"{kind}.checkpoint-operator.io"));
        }
    }

    [Fact]
    public async Task What_the_documents_say_about_removing_it_leaves_nothing_of_it()
    {
        await Namespace.StartServerAsync("server");
        string archive = (await Namespace.CheckpointAsync("first", "server")).Status("archive", "path")!;
        await Namespace.RestoreAsync("copy", "first");
        // The containers that other tests restored need the restore runtime to their end, so the runtime would stay.
        await Cluster.AwaitDeletedNamespacesAsync();
        try
        {
            foreach (RunnableBlock block in RunnableBlock.Below(Removal.Document, Removal.Heading))
                await block.RunAsync(Cluster.Kubectl);
            string files = await Cluster.Node.RunAsync($"find /opt/checkpoint-operator ! -type d; ls -d '{archive}' /etc/containerd/*checkpoint* 2> /dev/null || true");
            Assert.True(files.Length == 0, $"still on the node: {files}");
            string objects = await Cluster.Kubectl.RunAsync("get", "namespaces,clusterroles,clusterrolebindings,runtimeclasses", "-o", "name");
            Assert.DoesNotContain(objects.Split('\n'), name => name.Contains("/checkpoint-operator", StringComparison.Ordinal) || name.Contains("/checkpoint-agent", StringComparison.Ordinal)
                || name.EndsWith("/checkpoint-restore", StringComparison.Ordinal));
            string handler = await Cluster.Node.RunAsync("grep -rl checkpoint-restore /etc/containerd /opt/checkpoint-operator || true");
            Assert.True(handler.Length == 0, $"the handler is still in {handler}");
            foreach (Component component in new[] { Component.Agent, Component.Operator })
            {
                string found = await Cluster.Node.RunAsync($"pgrep -af '{component.Pattern}' || true");
                Assert.True(found.Length == 0, $"still running: {found}");
            }
            CommandResult kinds = await Cluster.Kubectl.TryAsync("get", "crd", "-o", "name");
            Assert.DoesNotContain("checkpoint-operator.io", kinds.Output, StringComparison.Ordinal);
            Assert.Equal("", await Cluster.Kubectl.RunAsync("get", "nodes", "-l", "checkpoint-operator.io/restore", "-o", "name"));
            // Other people's Pods did not notice.
            await Namespace.AskAsync("server");
        }
        finally
        {
            await Cluster.Installation.InstallAsync();
        }
        await Namespace.CheckpointAsync("after", "server");
    }

    private Task<bool> CanAsync(string account, params string[] right) =>
        AskAsync($"system:serviceaccount:{Installation.Namespace}:{account}", ["--all-namespaces", .. right]);

    private Task<bool> CanHereAsync(string account, params string[] right) =>
        AskAsync($"system:serviceaccount:{Namespace.Name}:{account}", ["-n", Namespace.Name, .. right]);

    private async Task<bool> AskAsync(string user, string[] right)
    {
        CommandResult answer = await Cluster.Kubectl.TryAsync(["auth", "can-i", "--as", user, .. right]);
        // kubectl ends with 1 for a no; anything else that it says is a fault.
        string said = answer.Output.Trim();
        Assert.True(said.StartsWith("yes", StringComparison.Ordinal) || said.StartsWith("no", StringComparison.Ordinal), answer.Error);
        return said.StartsWith("yes", StringComparison.Ordinal);
    }
}
