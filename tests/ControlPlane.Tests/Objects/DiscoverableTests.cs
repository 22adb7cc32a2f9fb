using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CheckpointOperator.ControlPlane.Tests.Objects;

/// <summary>What a user can find out without our documents: kubectl explain, kubectl get, the samples.</summary>
public sealed partial class DiscoverableTests(TestControlPlane controlPlane)
{
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";

    [Theory]
    [InlineData("ContainerCheckpoint")]
    [InlineData("ContainerRestore")]
    [InlineData("CheckpointNode")]
    public async Task The_server_explains_every_field(string kind)
    {
        // It publishes a new kind's schema some time after the kind itself; kubectl's own words tell when.
        await controlPlane.Kubectl.ExplainAsync($"{kind.ToLowerInvariant()}.status.conditions");
        JsonObject document = await controlPlane.Wire.ReadAsync(HttpMethod.Get, "/openapi/v2");
        JsonObject schema = document["definitions"]![$"io.checkpoint-operator.v1alpha1.{kind}"]!.AsObject();
        List<string> silent = [];
        int fields = Undescribed(silent, kind, schema);
        Assert.Empty(silent);
        Assert.True(fields > 30, $"only {fields} fields were found");
    }

    [Fact]
    public async Task The_samples_and_the_examples_of_the_documents_are_accepted()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        string folder = Directory.CreateTempSubdirectory("manifests-").FullName;
        try
        {
            int number = 0;
            foreach (string sample in Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "config/samples"), "*.yaml", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "kustomization.yaml"))
                File.Copy(sample, Path.Combine(folder, $"{number++}.yaml"));
            int samples = number;
            foreach (string document in Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "docs"), "*.md").Append(Path.Combine(RepositoryFolder.Path, "README.md")))
            {
                foreach (Match block in Manifest().Matches(await File.ReadAllTextAsync(document, TestContext.Current.CancellationToken)))
                    await File.WriteAllTextAsync(Path.Combine(folder, $"{number++}.yaml"), block.Groups["yaml"].Value, TestContext.Current.CancellationToken);
            }

            Assert.True(samples >= 9 && number >= samples + 2, $"{samples} samples and {number - samples} examples were found");
            string accepted = await controlPlane.Kubectl.RunAsync("apply", "--dry-run=server", "--validate=false", "-n", space.Name, "-f", folder);
            Assert.True(accepted.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length >= number, accepted);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_list_tells_at_a_glance_what_is_done_where_how_big_and_how_long()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.ReadyCheckpointAsync("first", "web");
        await space.RestoreAsync("copy", "first");
        V1Alpha1ContainerRestore restoring = await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Running, "is Running");
        await space.Agent.TellRestoredAsync(restoring, Conditions.True, RestoreReasons.Restored);
        await space.Kubelet.RunAsync("copy");
        await space.UntilRestoreAsync("copy", current => current.Status.Phase == RestorePhase.Ready, "is Ready");
        await space.CheckpointAsync("waiting", "missing");
        await space.UntilCheckpointAsync("waiting", current => current.Status.Phase == CheckpointPhase.Pending, "waits");

        Assert.Equal(
            [["first", "web", "Ready", "Ready", space.NodeName, "1", "12"], ["waiting", "missing", "Pending", "PodNotFound", "", "", ""]],
            await CellsAsync(space, "containercheckpoints", "Name", "Pod", "Phase", "Reason", "Node", "Bytes", "Frozen-ms"));
        Assert.Equal(
            [["copy", "first", "Ready", "Restored", "copy", space.NodeName, "4096", "34"]],
            await CellsAsync(space, "containerrestores", "Name", "Checkpoint", "Phase", "Reason", "Pod", "Node", "Bytes", "Restore-ms"));
    }

    // The columns of kubectl get without -o wide, in their order, but for the last one, Age, and the restored count.
    private async Task<string[][]> CellsAsync(TestNamespace space, string plural, params string[] columns)
    {
        JsonObject table = await controlPlane.Wire.ReadAsync(HttpMethod.Get, $"/apis/{ApiGroup.Name}/{ApiGroup.V1Alpha1}/namespaces/{space.Name}/{plural}", accept: Table);
        List<string> names = [.. table["columnDefinitions"]!.AsArray().Where(column => column!["priority"]!.GetValue<int>() == 0).Select(column => column!["name"]!.GetValue<string>())];
        Assert.Equal([.. columns, "Age"], names.Where(name => name != "Restored"));
        Assert.All(table["columnDefinitions"]!.AsArray(), column => Assert.NotEmpty(column!["description"]!.GetValue<string>()));
        int[] wanted = [.. columns.Select(column => table["columnDefinitions"]!.AsArray().ToList().FindIndex(definition => definition!["name"]!.GetValue<string>() == column))];
        return [.. table["rows"]!.AsArray().Select(row => wanted.Select(index => row!["cells"]![index]?.ToString() ?? "").ToArray())];
    }

    private static int Undescribed(List<string> silent, string path, JsonObject schema)
    {
        int fields = 0;
        foreach ((string name, JsonNode? field) in schema["properties"]?.AsObject() ?? [])
        {
            fields++;
            JsonObject described = field!.AsObject();
            if (string.IsNullOrWhiteSpace(described["description"]?.GetValue<string>()))
                silent.Add($"{path}.{name}");
            fields += Undescribed(silent, $"{path}.{name}", described["items"]?.AsObject() ?? described);
        }

        return fields;
    }

    // A block that is a manifest as a whole.
    [GeneratedRegex("^```yaml\n(?<yaml>apiVersion: .*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Manifest();
}
