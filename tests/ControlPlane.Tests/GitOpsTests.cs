using System.Text.Json.Nodes;

namespace CheckpointOperator.ControlPlane.Tests;

/// <summary>What a GitOps controller meets, which applies the same again and again by server-side apply: nothing changes, and nobody fights over a field.</summary>
public sealed class GitOpsTests(TestControlPlane controlPlane)
{
    private const string Manager = "argocd-controller";

    [Fact]
    public async Task Objects_that_the_operator_works_on_are_applied_again_without_a_change_or_a_conflict()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.Kubelet.StartPodAsync("web");
        string file = Path.Combine(Path.GetTempPath(), $"{space.Name}.yaml");
        await File.WriteAllTextAsync(file, $$"""
            apiVersion: checkpoint-operator.io/v1alpha1
            kind: ContainerCheckpoint
            metadata:
              name: first
              namespace: {{space.Name}}
              labels: {team: a}
            spec: {pod: web, ttl: 24h}
            ---
            apiVersion: checkpoint-operator.io/v1alpha1
            kind: ContainerRestore
            metadata: {name: copy, namespace: {{space.Name}}}
            spec:
              checkpoint: first
              template:
                metadata:
                  labels: {app: copy}
            """, TestContext.Current.CancellationToken);
        try
        {
            await ApplyAsync("-f", file);
            await space.Agent.CompleteAsync(await space.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Running, "is Running"));
            V1Alpha1ContainerRestore copy = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "has its Pod");
            await space.Agent.TellRestoredAsync(copy, Conditions.True, "Restored");
            await space.Kubelet.RunAsync("copy");
            await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Ready, "is Ready");

            await AssertSameAfterAsync("-f", file);
            await controlPlane.Kubectl.RunAsync("diff", "--server-side", $"--field-manager={Manager}", "-f", file);
            foreach (JsonNode? value in await GetAsync("-f", file))
            {
                IReadOnlySet<string> ours = FieldOwners.Of(value!, manager => manager == Manager);
                IReadOnlySet<string> others = FieldOwners.Of(value!, manager => manager != Manager);
                Assert.NotEmpty(ours);
                Assert.NotEmpty(others);
                Assert.Empty(ours.Intersect(others));
            }
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("config/rbac")]
    [InlineData("config/operator")]
    [InlineData("config/agent")]
    [InlineData("config/runtimeclass")]
    [InlineData("config/crd")]
    public async Task The_installation_is_applied_again_without_a_change_and_its_diff_is_quiet(string folder)
    {
        string path = Path.Combine(RepositoryFolder.Path, folder);
        // Other tests applied some of it before, as kubectl does by default; here it changes hands.
        if (folder == "config/crd" && !await KnowsRulesAsync())
        {
            // A server before 1.25 takes rules and selectable fields out of the kinds, which server-side apply refuses to have done. The other way is quiet, too.
            await controlPlane.Kubectl.RunAsync("diff", "-k", path);
            return;
        }
        await ApplyAsync("-k", path);
        await AssertSameAfterAsync("-k", path);
        await controlPlane.Kubectl.RunAsync("diff", "--server-side", "--force-conflicts", $"--field-manager={Manager}", "-k", path);
    }

    private Task<string> ApplyAsync(string option, string path) =>
        controlPlane.Kubectl.RunAsync("apply", "--server-side", "--force-conflicts", "--validate=false", $"--field-manager={Manager}", option, path);

    // The operator may have been about to write: once it rests, what is applied changes nothing.
    private async Task AssertSameAfterAsync(string option, string path)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestNamespace.Limit);
        while (true)
        {
            string before = await VersionsAsync(option, path);
            // No --force-conflicts: a conflict would end this.
            await controlPlane.Kubectl.RunAsync("apply", "--server-side", "--validate=false", $"--field-manager={Manager}", option, path);
            string after = await VersionsAsync(option, path);
            if (before == after)
                return;
            Assert.False(limit.IsCancellationRequested, $"applying {path} again changes it each time:\n{before}\n{after}");
        }
    }

    private async Task<string> VersionsAsync(string option, string path) => string.Join(
        '\n', (await GetAsync(option, path)).Select(value => $"{value!["kind"]} {value["metadata"]!["name"]} {value["metadata"]!["resourceVersion"]}"));

    private async Task<JsonArray> GetAsync(string option, string path)
    {
        JsonNode got = JsonNode.Parse(await controlPlane.Kubectl.RunAsync("get", option, path, "-o", "json", "--show-managed-fields"))!;
        return got["items"]?.AsArray() ?? [got.DeepClone()];
    }

    private async Task<bool> KnowsRulesAsync()
    {
        JsonNode version = JsonNode.Parse(await controlPlane.Kubectl.RunAsync("get", "--raw", "/version"))!;
        return int.Parse(((string)version["minor"]!).TrimEnd('+'), System.Globalization.CultureInfo.InvariantCulture) >= 30;
    }
}
