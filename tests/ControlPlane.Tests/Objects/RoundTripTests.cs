using System.Text.Json.Nodes;
using CheckpointOperator.Kubernetes.Json;

namespace CheckpointOperator.ControlPlane.Tests.Objects;

/// <summary>What the types write is what the API server keeps: no field of ours is pruned, and none but ours is kept.</summary>
public sealed class RoundTripTests(TestControlPlane controlPlane)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_checkpoint_comes_back_as_it_was_written()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        var checkpoint = new V1Alpha1ContainerCheckpoint { Metadata = new V1ObjectMeta { Name = "whole", NamespaceProperty = space.Name }, Spec = Sample.Of<ContainerCheckpointSpec>() };
        await AssertKeptAsync(space.Checkpoints, checkpoint, status => status.Status = Sample.Of<ContainerCheckpointStatus>(), "containercheckpoints");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restore_comes_back_as_it_was_written(bool several)
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        ContainerRestoreSpec spec = Sample.Of<ContainerRestoreSpec>();
        (spec.Target, spec.Checkpoint, spec.Containers) = (RestoreTarget.Pod, several ? null : spec.Checkpoint, several ? spec.Containers : null);
        var restore = new V1Alpha1ContainerRestore { Metadata = new V1ObjectMeta { Name = "whole", NamespaceProperty = space.Name }, Spec = spec };
        await AssertKeptAsync(space.Restores, restore, status => status.Status = Sample.Of<ContainerRestoreStatus>(), "containerrestores");
    }

    [Fact]
    public async Task A_node_comes_back_as_it_was_written()
    {
        string name = $"whole-{Guid.NewGuid():N}";
        ResourceClient<V1Alpha1CheckpointNode> nodes = controlPlane.Client<V1Alpha1CheckpointNode>();
        try
        {
            await AssertKeptAsync(nodes, new V1Alpha1CheckpointNode { Metadata = new V1ObjectMeta { Name = name } }, status => status.Status = Sample.Of<CheckpointNodeStatus>(), "checkpointnodes");
        }
        finally
        {
            await nodes.DeleteAsync(new NamespacedName(null, name), null, CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_field_that_is_not_ours_is_pruned_and_a_status_is_not_written_with_the_spec()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        JsonObject kept = await controlPlane.Wire.ReadAsync(HttpMethod.Post, Path("containerrestores", space.Name), """
            {apiVersion: checkpoint-operator.io/v1alpha1, kind: ContainerRestore, metadata: {name: more}, status: {phase: Ready},
             spec: {checkpoint: first, privileged: true, template: {spec: {hostPID: true, containers: [{name: main, image: other, command: [sh]}]}}}}
            """);
        Assert.Null(kept["status"]);
        Assert.Null(kept["spec"]!["privileged"]);
        Assert.Null(kept["spec"]!["template"]!["spec"]!["hostPID"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""[{"name":"main"}]"""), kept["spec"]!["template"]!["spec"]!["containers"]));
    }

    private async Task AssertKeptAsync<T>(ResourceClient<T> client, T written, Action<T> setStatus, string plural)
        where T : class, k8s.IKubernetesObject<V1ObjectMeta>
    {
        T created = await client.CreateAsync(written, Cancelled);
        setStatus(written);
        await client.PatchStatusAsync(created, setStatus, Cancelled);
        JsonObject expected = KubernetesSerializer.ToObject(written);
        JsonObject kept = await controlPlane.Wire.ReadAsync(HttpMethod.Get, $"{Path(plural, written.Metadata.NamespaceProperty)}/{written.Metadata.Name}");
        foreach (string part in new[] { "spec", "status" })
            Assert.True(JsonNode.DeepEquals(expected[part] ?? new JsonObject(), kept[part] ?? new JsonObject()), $"{part} was written as {expected[part]} and is kept as {kept[part]}");
    }

    private static string Path(string plural, string? @namespace) =>
        $"/apis/{ApiGroup.Name}/{ApiGroup.V1Alpha1}/{(@namespace is null ? "" : $"namespaces/{@namespace}/")}{plural}";
}
