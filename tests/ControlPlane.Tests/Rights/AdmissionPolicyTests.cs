using YamlDotNet.RepresentationModel;

namespace CheckpointOperator.ControlPlane.Tests.Rights;

/// <summary>
/// The policies of config/admission. On a server that knows them (1.30 and later) they are in force, and refuse; on one that does not the same requests
/// pass, and what holds is the agent's own check (tests/Cluster.Tests, RefusalTests). That they speak of what the code does is compared on every server.
/// </summary>
public sealed class AdmissionPolicyTests(TestControlPlane controlPlane)
{
    [Fact]
    public async Task An_agent_writes_its_own_nodes_CheckpointNode_alone()
    {
        await using TestNamespace mine = await TestNamespace.CreateAsync(controlPlane);
        await using TestNamespace theirs = await TestNamespace.CreateAsync(controlPlane);
        ResourceClient<V1Alpha1CheckpointNode> agent = await mine.AgentClientAsync<V1Alpha1CheckpointNode>();
        V1Alpha1CheckpointNode other = (await agent.GetAsync(new NamespacedName(null, theirs.NodeName), TestContext.Current.CancellationToken))!;
        await AssertRefusedAsync(() => agent.PatchStatusAsync(other, current => current.Status.Kernel = "false", TestContext.Current.CancellationToken), $"belongs to node \"{theirs.NodeName}\"");

        // Neither does it make one for a node that is not its own.
        string invented = $"invented-{mine.Name}";
        await AssertRefusedAsync(
            () => agent.CreateAsync(new V1Alpha1CheckpointNode { Metadata = new V1ObjectMeta { Name = invented } }, TestContext.Current.CancellationToken), $"belongs to node \"{invented}\"");
        await controlPlane.Client<V1Alpha1CheckpointNode>().DeleteAsync(new NamespacedName(null, invented), null, TestContext.Current.CancellationToken);

        V1Alpha1CheckpointNode own = (await agent.GetAsync(new NamespacedName(null, mine.NodeName), TestContext.Current.CancellationToken))!;
        Assert.Equal("6.18", (await agent.PatchStatusAsync(own, current => current.Status.Kernel = "6.18", TestContext.Current.CancellationToken)).Status.Kernel);
    }

    [Fact]
    public async Task An_agent_writes_its_own_nodes_checkpoints_alone_and_gives_none_away()
    {
        await using TestNamespace mine = await TestNamespace.CreateAsync(controlPlane);
        await using TestNamespace theirs = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(mine);
        V1Alpha1ContainerCheckpoint ready = await mine.ReadyCheckpointAsync("first", "web");

        ResourceClient<V1Alpha1ContainerCheckpoint> other = await theirs.AgentClientAsync<V1Alpha1ContainerCheckpoint>();
        await AssertRefusedAsync(() => other.PatchStatusAsync(ready, current => current.Status.Archive!.Digest = $"sha256:{new string('c', 64)}", TestContext.Current.CancellationToken), "belongs to node");
        ResourceClient<V1Alpha1ContainerCheckpoint> own = await mine.AgentClientAsync<V1Alpha1ContainerCheckpoint>();
        ready = (await own.GetAsync(mine.Key("first"), TestContext.Current.CancellationToken))!;
        await AssertRefusedAsync(() => own.PatchStatusAsync(ready, current => current.Status.NodeName = theirs.NodeName, TestContext.Current.CancellationToken), "may not give an object of its own node to another");
    }

    [Fact]
    public async Task An_agents_token_that_names_no_node_writes_nothing()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        using ApiConnection unbound = await AccountConnection.OpenAsync(controlPlane, AccountConnection.Agent);
        ResourceClient<V1Alpha1CheckpointNode> agent = TestControlPlane.Client<V1Alpha1CheckpointNode>(unbound);
        V1Alpha1CheckpointNode node = (await agent.GetAsync(new NamespacedName(null, space.NodeName), TestContext.Current.CancellationToken))!;
        await AssertRefusedAsync(() => agent.PatchStatusAsync(node, current => current.Status.Kernel = "false", TestContext.Current.CancellationToken), "the agent's token names no node");
    }

    [Fact]
    public async Task Nobody_but_the_operator_marks_a_Pod_as_one_to_restore_into()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        string annotation = $"{ApiGroup.RestoreAnnotationPrefix}main";
        V1Pod pod = await space.Kubelet.StartPodAsync("web");
        await AssertRefusedAsync(
            () => space.Pods.PatchAsync(pod, current => (current.Metadata.Annotations ??= new Dictionary<string, string>())[annotation] = "copy", TestContext.Current.CancellationToken),
            "are set by the operator alone");
        // Another annotation is anybody's, and the operator's own Pod has it.
        V1Pod latest = (await space.Pods.GetAsync(space.Key("web"), TestContext.Current.CancellationToken))!;
        await space.Pods.PatchAsync(latest, current => (current.Metadata.Annotations ??= new Dictionary<string, string>())["note"] = "mine", TestContext.Current.CancellationToken);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.Kubelet.StartPodAsync("other");
        await space.CheckpointAsync("first", "other");
        await space.Agent.CompleteAsync(await space.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Running, "is Running"));
        await space.RestoreAsync("copy", "first");
        await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is Running");
        Assert.Equal("copy", (await space.Pods.GetAsync(space.Key("copy"), TestContext.Current.CancellationToken))!.Metadata.Annotations[annotation]);
    }

    [Fact]
    public async Task Of_a_Node_the_operator_writes_its_label_alone()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        using ApiConnection connection = await AccountConnection.OpenAsync(controlPlane, AccountConnection.Operator);
        ResourceClient<V1Node> nodes = TestControlPlane.Client<V1Node>(connection);
        V1Node node = (await nodes.GetAsync(new NamespacedName(null, space.NodeName), TestContext.Current.CancellationToken))!;
        node = await nodes.PatchAsync(node, current => (current.Metadata.Labels ??= new Dictionary<string, string>())[ApiGroup.RestoreLabelKey] = "true", TestContext.Current.CancellationToken);
        await AssertRefusedAsync(() => nodes.PatchAsync(node, current => current.Metadata.Labels["disk"] = "fast", TestContext.Current.CancellationToken), "may write checkpoint-operator.io/restore alone");
        node = (await nodes.GetAsync(new NamespacedName(null, space.NodeName), TestContext.Current.CancellationToken))!;
        await AssertRefusedAsync(() => nodes.PatchAsync(node, current => current.Spec.Unschedulable = true, TestContext.Current.CancellationToken), "may write the label checkpoint-operator.io/restore alone");
    }

    [Fact]
    public void The_policies_speak_of_the_accounts_the_annotation_and_the_label_of_the_code()
    {
        Dictionary<string, YamlMappingNode> policies = Policies();
        Assert.Equal(["checkpoint-agent-own-node", "checkpoint-operator-node-labels", "checkpoint-restore-annotations"], policies.Keys.Order(StringComparer.Ordinal));
        Assert.All(policies.Values, policy => Assert.Equal("Fail", Text(policy["spec"]["failurePolicy"])));
        string agent = $"system:serviceaccount:{AccountConnection.SystemNamespace}:{AccountConnection.Agent}";
        string @operator = $"system:serviceaccount:{AccountConnection.SystemNamespace}:{AccountConnection.Operator}";
        Assert.Equal($"request.userInfo.username == '{agent}'", Condition(policies["checkpoint-agent-own-node"]));
        Assert.Equal($"request.userInfo.username == '{@operator}'", Condition(policies["checkpoint-operator-node-labels"]));
        Assert.Equal($"request.userInfo.username != '{@operator}'", Condition(policies["checkpoint-restore-annotations"]));
        Assert.All(((YamlSequenceNode)policies["checkpoint-restore-annotations"]["spec"]["variables"]).Select(variable => Text(variable["expression"])), expression =>
            Assert.Contains($"startsWith('{ApiGroup.RestoreAnnotationPrefix}')", expression, StringComparison.Ordinal));
        Assert.Contains(((YamlSequenceNode)policies["checkpoint-operator-node-labels"]["spec"]["variables"]).Select(variable => Text(variable["expression"])), expression => expression == $"'{ApiGroup.RestoreLabelKey}'");
    }

    [Fact]
    public void An_agents_policy_covers_everything_of_ours_that_an_agent_may_write()
    {
        YamlNode rule = Policies()["checkpoint-agent-own-node"]["spec"]["matchConstraints"]["resourceRules"][0];
        Assert.Equal(["CREATE", "UPDATE"], ((YamlSequenceNode)rule["operations"]).Select(Text));
        IEnumerable<string> covered = ((YamlSequenceNode)rule["resources"]).Select(Text);
        IEnumerable<string> written = Right.Agent.Where(right => right.Verb is not ("get" or "list" or "watch") && right.Resource.Contains($".{ApiGroup.Name}", StringComparison.Ordinal))
            .Select(right => right.Resource.Replace($".{ApiGroup.Name}", "", StringComparison.Ordinal)).Distinct();
        Assert.Empty(written.Except(covered));
    }

    private async Task AssertRefusedAsync<T>(Func<Task<T>> write, string message)
    {
        if (!controlPlane.KnowsAdmissionPolicies)
        {
            await write();
            return;
        }

        ApiServerException refused = await Assert.ThrowsAsync<ApiServerException>(write);
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains(message, refused.Answer.Message, StringComparison.Ordinal);
    }

    // Each with a binding that denies.
    private static Dictionary<string, YamlMappingNode> Policies()
    {
        List<YamlMappingNode> objects = [];
        foreach (string file in Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "config/admission"), "*.yaml").Where(file => Path.GetFileName(file) != "kustomization.yaml"))
        {
            using StreamReader reader = new(file);
            YamlStream yaml = new();
            yaml.Load(reader);
            objects.AddRange(yaml.Documents.Select(document => (YamlMappingNode)document.RootNode));
        }

        Dictionary<string, YamlMappingNode> policies = objects.Where(candidate => Text(candidate["kind"]) == "ValidatingAdmissionPolicy").ToDictionary(policy => Text(policy["metadata"]["name"]));
        YamlMappingNode[] bindings = [.. objects.Except(policies.Values)];
        Assert.Equal(policies.Keys.Order(StringComparer.Ordinal), bindings.Select(binding => Text(binding["spec"]["policyName"])).Order(StringComparer.Ordinal));
        Assert.All(bindings, binding => Assert.Equal("Deny", Text(((YamlSequenceNode)binding["spec"]["validationActions"]).Single())));
        return policies;
    }

    private static string Condition(YamlMappingNode policy) => Text(((YamlSequenceNode)policy["spec"]["matchConditions"]).Single()["expression"]);

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;
}
