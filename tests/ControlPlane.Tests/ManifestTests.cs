namespace CheckpointOperator.ControlPlane.Tests;

/// <summary>The manifests that users apply.</summary>
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

    private static string Repository(string path) => Path.Combine(RepositoryFolder.Path, path);
}
