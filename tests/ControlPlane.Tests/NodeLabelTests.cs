namespace CheckpointOperator.ControlPlane.Tests;

/// <summary>The label by which restored Pods find a node that can restore them.</summary>
public sealed class NodeLabelTests(TestControlPlane controlPlane)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_is_labelled_while_it_can_restore()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await controlPlane.Kubectl.RunAsync("label", "node", space.NodeName, "disk=fast");
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await UntilLabelledAsync(space, "true");

        await space.Agent.ReportNodeAsync(status => status.Conditions = status.Conditions
            .With("CanRestore", Conditions.False, "CriuMissing", "There is no criu on the node.", 1, DateTimeOffset.UtcNow));
        await UntilLabelledAsync(space, null);

        await space.Agent.ReportNodeAsync();
        V1Node node = await UntilLabelledAsync(space, "true");
        Assert.Equal("fast", node.Metadata.Labels["disk"]);

        await controlPlane.Client<V1Alpha1CheckpointNode>().DeleteAsync(new NamespacedName(null, space.NodeName), null, Cancelled);
        await UntilLabelledAsync(space, null);
    }

    [Fact]
    public async Task A_label_that_somebody_takes_away_or_adds_is_put_right()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await UntilLabelledAsync(space, "true");
        await controlPlane.Kubectl.RunAsync("label", "node", space.NodeName, $"{ApiGroup.RestoreLabelKey}-");
        await UntilLabelledAsync(space, "true");
    }

    [Fact]
    public async Task A_node_whose_agent_is_silent_has_no_label()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await space.Agent.ReportNodeAsync(status => status.HeartbeatTime = DateTime.UtcNow - TimeSpan.FromMinutes(12));
        await controlPlane.Kubectl.RunAsync("label", "node", space.NodeName, $"{ApiGroup.RestoreLabelKey}=true");
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await UntilLabelledAsync(space, null);
    }

    private static Task<V1Node> UntilLabelledAsync(TestNamespace space, string? value) => space.UntilAsync<V1Node>(
        space.NodeName, node => node is not null && (node.Metadata.Labels?.TryGetValue(ApiGroup.RestoreLabelKey, out string? label) == true ? label : null) == value, value is null ? "has no label" : $"is labelled {value}");
}
