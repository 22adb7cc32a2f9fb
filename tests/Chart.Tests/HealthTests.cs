using System.Text.Json.Nodes;

namespace CheckpointOperator.Chart.Tests;

/// <summary>Argo CD's health of our kinds: its Lua, run as Argo CD runs it, on objects that a cluster had.</summary>
public sealed class HealthTests
{
    [Theory]
    [InlineData("containercheckpoint-new", "Progressing", "The operator has not seen it yet.")]
    [InlineData("containercheckpoint-pending", "Progressing", "There is no Pod")]
    [InlineData("containercheckpoint-running", "Progressing", "")]
    [InlineData("containercheckpoint-ready", "Healthy", "store")]
    [InlineData("containercheckpoint-failed", "Degraded", "raise spec.timeout")]
    [InlineData("containerrestore-new", "Progressing", "The operator has not seen it yet.")]
    [InlineData("containerrestore-pending", "Progressing", "There is no ContainerCheckpoint")]
    [InlineData("containerrestore-running", "Progressing", "")]
    [InlineData("containerrestore-ready", "Healthy", "goes on in Pod")]
    [InlineData("containerrestore-failed", "Degraded", "spec.target Files")]
    [InlineData("checkpointnode-capable", "Healthy", "can checkpoint and restore")]
    [InlineData("checkpointnode-lacking", "Degraded", "CRIU")]
    public async Task A_recorded_object_has_its_health(string recorded, string status, string message)
    {
        (string found, string told) = await JudgeAsync(Recorded.Read(recorded));
        Assert.Equal(status, found);
        Assert.Contains(message, told, StringComparison.Ordinal);
        Assert.NotEmpty(told);
    }

    [Theory]
    [InlineData("containercheckpoint-ready")]
    [InlineData("containerrestore-ready")]
    public async Task What_was_ready_and_is_not_is_degraded_and_an_older_generations_word_does_not_count(string recorded)
    {
        JsonObject value = Recorded.Read(recorded);
        value["status"]!["conditions"]!.AsArray().Single(condition => (string?)condition!["type"] == "Ready")!["status"] = "False";
        Assert.Equal("Degraded", (await JudgeAsync(value)).Status);

        value = Recorded.Read(recorded);
        value["metadata"]!["generation"] = 2;
        Assert.Equal("Progressing", (await JudgeAsync(value)).Status);
    }

    [Fact]
    public async Task A_node_that_has_not_told_of_itself_is_progressing_and_one_that_cannot_restore_degraded()
    {
        JsonObject value = Recorded.Read("checkpointnode-capable");
        value["status"]!["conditions"]!.AsArray().Single(condition => (string?)condition!["type"] == "CanRestore")!["status"] = "False";
        (string status, string message) = await JudgeAsync(value);
        Assert.Equal("Degraded", status);
        Assert.StartsWith("CanRestore: ", message, StringComparison.Ordinal);

        value.Remove("status");
        Assert.Equal("Progressing", (await JudgeAsync(value)).Status);
    }

    [Fact]
    public async Task The_component_gives_argo_cd_each_script_under_its_kinds_key()
    {
        string folder = Directory.CreateTempSubdirectory("argo-cd-").FullName;
        try
        {
            // kustomize takes no absolute path for a component.
            string component = Path.GetRelativePath(folder, Path.Combine(RepositoryFolder.Path, "config", "gitops", "argocd"));
            await File.WriteAllTextAsync(Path.Combine(folder, "argocd-cm.yaml"), "{apiVersion: v1, kind: ConfigMap, metadata: {name: argocd-cm}, data: {url: https://argocd.example.com}}", TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder, "kustomization.yaml"), $$"""
                apiVersion: kustomize.config.k8s.io/v1beta1
                kind: Kustomization
                namespace: argocd
                resources: [argocd-cm.yaml]
                components: [{{component}}]
                """, TestContext.Current.CancellationToken);
            YamlMappingNode data = (YamlMappingNode)Manifest.Parse(await Repository.RunAsync("kustomize", folder))["ConfigMap/argocd/argocd-cm"]["data"];
            Assert.Equal("https://argocd.example.com", data["url"].ToString());
            foreach (string kind in new[] { "ContainerCheckpoint", "ContainerRestore", "CheckpointNode" })
                Assert.Equal(await File.ReadAllTextAsync(Script(kind), TestContext.Current.CancellationToken), data[$"resource.customizations.health.checkpoint-operator.io_{kind}"].ToString());
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Argo CD gives the script a global obj and takes what it returns.
    private static async Task<(string Status, string Message)> JudgeAsync(JsonObject value)
    {
        string script = await File.ReadAllTextAsync(Script((string)value["kind"]!), TestContext.Current.CancellationToken);
        string program = $"obj = {Lua.Literal(value)}\nlocal health = (function()\n{script}\nend)()\nio.write(health.status, '\\n', health.message or '')";
        string[] said = (await Repository.RunAsync("lua5.4", "-e", program)).Split('\n', 2);
        return (said[0], said[1]);
    }

    private static string Script(string kind) => Path.Combine(RepositoryFolder.Path, "config", "gitops", "argocd", $"{kind.ToLowerInvariant()}.lua");
}
