namespace CheckpointOperator.ControlPlane.Tests;

/// <summary>The manifests that users apply, and the API server's answer to bad ones.</summary>
public sealed class ManifestTests(TestControlPlane controlPlane)
{
    [Fact]
    public async Task The_Deployment_and_the_samples_are_accepted()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        await controlPlane.Kubectl.ApplyFolderAsync("config/operator");
        foreach (string sample in new[] { "counter", "redis", "web" })
        {
            await controlPlane.Kubectl.RunAsync("apply", "--validate=false", "-n", space.Name, "-k", Repository($"config/samples/{sample}"));
            foreach (string file in new[] { "checkpoint", "restore" })
                await controlPlane.Kubectl.RunAsync("apply", "--validate=false", "-n", space.Name, "-f", Repository($"config/samples/{sample}/{file}.yaml"));
        }

        // The redis sample says its defaults: they are the ones that the server would have filled in.
        V1Alpha1ContainerCheckpoint counter = (await space.Checkpoints.GetAsync(space.Key("counter"), TestContext.Current.CancellationToken))!;
        Assert.Equal(("2m", CheckpointEngine.Auto, CheckpointVolumes.EmptyDir), (counter.Spec.Timeout, counter.Spec.Engine, counter.Spec.Volumes));
    }

    [Fact]
    public async Task Every_field_of_every_kind_is_explained()
    {
        foreach (string kind in new[] { "containercheckpoint", "containerrestore", "checkpointnode" })
        {
            foreach (string part in new[] { "spec", "status" })
            {
                string text = await controlPlane.Kubectl.ExplainAsync($"{kind}.{part}");
                Assert.Contains("DESCRIPTION", text, StringComparison.Ordinal);
                Assert.DoesNotContain("<empty>", text, StringComparison.Ordinal);
                Assert.DoesNotContain("<no description>", text, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("ContainerCheckpoint", "{}", "pod")]
    [InlineData("ContainerCheckpoint", "{pod: ''}", "pod")]
    [InlineData("ContainerCheckpoint", "{pod: web, engine: Magic}", "engine")]
    [InlineData("ContainerCheckpoint", "{pod: web, timeout: soon}", "timeout")]
    [InlineData("ContainerCheckpoint", "{pod: web, ttl: 1d}", "ttl")]
    [InlineData("ContainerCheckpoint", "{pod: web, deletionPolicy: Maybe}", "deletionPolicy")]
    [InlineData("ContainerRestore", "{}", "checkpoint")]
    [InlineData("ContainerRestore", "{checkpoint: first, containers: [{name: a, checkpoint: b}]}", "")]
    [InlineData("ContainerRestore", "{containers: []}", "containers")]
    [InlineData("ContainerRestore", "{containers: [{name: a}]}", "containers")]
    [InlineData("ContainerRestore", "{containers: [{name: a, checkpoint: b}, {name: a, checkpoint: c}]}", "containers")]
    [InlineData("ContainerRestore", "{containers: [{name: a, checkpoint: Not_A_Name}]}", "containers")]
    [InlineData("ContainerRestore", "{checkpoint: first, target: Moon}", "target")]
    [InlineData("ContainerRestore", "{checkpoint: first, podName: Not_A_Name}", "podName")]
    [InlineData("ContainerRestore", "{checkpoint: first, onContainerRestart: Never}", "onContainerRestart")]
    [InlineData("ContainerRestore", "{checkpoint: first, tcpConnections: Keep}", "tcpConnections")]
    public async Task A_wrong_field_is_refused_by_name(string kind, string spec, string field)
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        string manifest = Path.Combine(Path.GetTempPath(), $"{space.Name}.yaml");
        await File.WriteAllTextAsync(manifest, $$"""
            apiVersion: checkpoint-operator.io/v1alpha1
            kind: {{kind}}
            metadata: {name: wrong, namespace: {{space.Name}}}
            spec: {{spec}}
            """, TestContext.Current.CancellationToken);
        try
        {
            (int exitCode, _, string error) = await controlPlane.Kubectl.TryAsync("apply", "--validate=false", "-f", manifest);
            Assert.NotEqual(0, exitCode);
            Assert.Contains($"spec.{field}".TrimEnd('.'), error, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(manifest);
        }
    }

    private static string Repository(string path) => Path.Combine(TestControlPlane.Root, path);
}
