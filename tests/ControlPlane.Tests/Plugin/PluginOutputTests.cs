using System.Text.Json.Nodes;

namespace CheckpointOperator.ControlPlane.Tests.Plugin;

/// <summary>What <c>kubectl checkpoint ls</c>, <c>nodes</c> and <c>describe</c> print, beside what kubectl does.</summary>
public sealed class PluginOutputTests(TestControlPlane controlPlane)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("-n")]
    [InlineData("-n", "-o", "wide")]
    [InlineData("-n", "first")]
    public async Task A_list_is_the_table_of_kubectl(params string[] options)
    {
        await using TestNamespace space = await MakeAsync();
        string[] given = [options[0], space.Name, .. options[1..]];
        string expected = await controlPlane.Kubectl.RunAsync(["get", "containercheckpoints", .. given]);
        Assert.Equal(Ageless(expected), Ageless(await controlPlane.Plugin.RunAsync(["ls", .. given])));
        Assert.Contains("PHASE", expected, StringComparison.Ordinal);
    }

    [Fact]
    public async Task All_namespaces_are_listed_with_theirs_and_labels_select()
    {
        await using TestNamespace space = await MakeAsync();
        await using TestNamespace other = await MakeAsync();
        string all = await controlPlane.Plugin.RunAsync("ls", "-A");
        Assert.StartsWith("NAMESPACE ", all, StringComparison.Ordinal);
        Assert.Contains($"\n{space.Name} ", all, StringComparison.Ordinal);
        Assert.Contains($"\n{other.Name} ", all, StringComparison.Ordinal);

        Assert.Equal("containercheckpoint.checkpoint-operator.io/first\n", await controlPlane.Plugin.RunAsync("ls", "-n", space.Name, "-l", "app=first", "-o", "name"));
        (int exitCode, string output, string error) = await controlPlane.Plugin.TryAsync("ls", "restores", "-n", space.Name);
        Assert.Equal((0, "", $"No containerrestores found in namespace {space.Name}.\n"), (exitCode, output, error));
    }

    [Fact]
    public async Task As_JSON_and_as_YAML_an_object_is_what_kubectl_says_it_is()
    {
        await using TestNamespace space = await MakeAsync();
        JsonNode expected = JsonNode.Parse(await controlPlane.Kubectl.RunAsync("get", "containercheckpoint", "first", "-n", space.Name, "-o", "json"))!;
        expected["metadata"]!.AsObject().Remove("managedFields");
        Assert.Equal(expected, JsonNode.Parse(await controlPlane.Plugin.RunAsync("ls", "first", "-n", space.Name, "-o", "json")), JsonNode.DeepEquals);

        // Read back by kubectl's own parser.
        string file = Path.Combine(Path.GetTempPath(), $"{space.Name}.yaml");
        await File.WriteAllTextAsync(file, await controlPlane.Plugin.RunAsync("ls", "first", "-n", space.Name, "-o", "yaml"), Cancelled);
        JsonNode read = JsonNode.Parse(await controlPlane.Kubectl.RunAsync("create", "--dry-run=client", "--validate=false", "-o", "json", "-f", file))!;
        File.Delete(file);
        foreach (string part in (string[])["spec", "status", "metadata"])
            Assert.Equal(expected[part], read[part], JsonNode.DeepEquals);

        JsonNode list = JsonNode.Parse(await controlPlane.Plugin.RunAsync("ls", "-n", space.Name, "-o", "json"))!;
        Assert.Equal("List", (string?)list["kind"]);
        Assert.Equal(2, list["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task Nodes_are_listed_with_what_they_can_do_and_described()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        Assert.Contains("True", await controlPlane.Plugin.RunAsync("nodes", space.NodeName), StringComparison.Ordinal);
        Assert.Contains("KERNEL", await controlPlane.Plugin.RunAsync("nodes", space.NodeName, "-o", "wide"), StringComparison.Ordinal);
        string description = await controlPlane.Plugin.RunAsync("describe", $"node/{space.NodeName}");
        Assert.Contains("runc 1.1.15", description, StringComparison.Ordinal);
        Assert.Contains("CanRestore", description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_is_described_with_its_processes_and_Events_and_nothing_in_it_commands_the_terminal()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        V1Alpha1ContainerCheckpoint checkpoint = await space.ReadyCheckpointAsync("first", "web");
        await space.UntilEventAsync("first", "Assigned");
        await (await space.AgentClientAsync<V1Alpha1ContainerCheckpoint>()).PatchStatusAsync(
            checkpoint,
            current => current.Status.Content = new ArchiveContent
            {
                Processes = 5,
                MemoryBytes = 3 * 1024 * 1024,
                ProcessTree = [new() { Pid = 1, Name = "nginx" }, new() { Pid = 7, ParentPid = 1, Name = "worker" }, new() { Pid = 9, ParentPid = 7, Name = "\e[2Jhidden" }, new() { Pid = 8, ParentPid = 1, Name = "cache" }],
            },
            Cancelled);

        string description = await controlPlane.Plugin.RunAsync("describe", "first", "-n", space.Name);
        Assert.Contains(
            """
            Processes:
              1 nginx
              ├─ 7 worker
              │  └─ 9 \u001b[2Jhidden
              └─ 8 cache
              and 1 more

            """,
            description,
            StringComparison.Ordinal);
        Assert.DoesNotContain('\e', description);
        foreach (string line in (string[])["Phase:              Ready", "  Memory:           3 MiB", $"  Digest:           {checkpoint.Status.Archive!.Digest}", "Conditions:", "Assigned"])
            Assert.Contains(line, description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restore_is_described_with_each_containers_result()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        V1Alpha1ContainerRestore restore = await space.RestoreAsync("copy", "first");
        await space.Restores.PatchStatusAsync(
            restore, current => current.Status.Containers = [new() { Name = "main", Checkpoint = "first", Result = RestoreResult.Failed, Reason = "DigestMismatch" }], Cancelled);
        string description = await controlPlane.Plugin.RunAsync("describe", "restore/copy", "-n", space.Name);
        Assert.Contains("Container main:\n  Checkpoint:       first\n  Result:           Failed\n  Reason:           DigestMismatch\n", description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Colours_are_for_terminals_and_not_where_NO_COLOR_says_so()
    {
        await using TestNamespace space = await MakeAsync();
        string[] onTerminal = ["-qec", $"kubectl-checkpoint ls -n {space.Name}", "/dev/null"];
        Assert.Contains("\e[31mFailed", (await controlPlane.Plugin.StartAsync("script", onTerminal)).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[3", (await controlPlane.Plugin.StartAsync("script", onTerminal, ("NO_COLOR", "1"))).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[3", (await controlPlane.Plugin.StartAsync("script", onTerminal, ("TERM", "dumb"))).Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\e', await controlPlane.Plugin.RunAsync("ls", "-n", space.Name));
    }

    // Without the last column, in which time goes on: AGE. What stands before it is as wide in both.
    private static IEnumerable<string> Ageless(string table)
    {
        string[] lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        int age = lines[0].IndexOf("   AGE", StringComparison.Ordinal);
        Assert.True(age > 0, table);
        return lines.Select(line => line[..Math.Min(age, line.Length)]);
    }

    private async Task<TestNamespace> MakeAsync()
    {
        TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        foreach (string name in (string[])["first", "second"])
        {
            V1Alpha1ContainerCheckpoint made = await space.CheckpointAsync(name, "web", spec => spec.Container = "main");
            made = await space.Checkpoints.PatchAsync(made, current => current.Metadata.Labels = new Dictionary<string, string> { ["app"] = name, ["quoted"] = "1.20", ["word"] = "true" }, Cancelled);
            await space.Checkpoints.PatchStatusAsync(
                made,
                current => current.Status = new ContainerCheckpointStatus
                {
                    Phase = CheckpointPhase.Failed,
                    NodeName = "node-1",
                    Message = "No: \"this\" 'and' # that",
                    FrozenMilliseconds = 12,
                    Archive = new ArchiveStatus { SizeBytes = 4096, Path = "/archive.tar" },
                    Conditions = Conditions.With(null, "Ready", Conditions.False, "CheckpointFailed", "why: {so}\n  and - so\n", 1, DateTimeOffset.UtcNow),
                },
                Cancelled);
        }

        return space;
    }
}
