using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>The whole job by the published kubectl plugin, as kubectl runs it.</summary>
public sealed class PluginTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    private static string Program => Path.Combine(RepositoryFolder.Path, "artifacts", "bin", "kubectl-checkpoint");

    [Fact]
    public async Task A_container_is_checkpointed_pulled_restored_described_and_removed()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        await Namespace.StartServerAsync("server");
        ServerState before = await Namespace.AskAsync("server");
        Assert.Contains("is Ready", (await RunAsync("create", "server", "--name", "first", "--wait")).Output, StringComparison.Ordinal);
        JsonObject checkpoint = await Namespace.UntilReadyAsync(Namespace.Checkpoint("first"));

        string file = Path.Combine(folder, "first.tar");
        JsonNode pulled = JsonNode.Parse((await RunAsync("pull", "first", folder, "-o", "json")).Output)!;
        await using (FileStream archive = File.OpenRead(file))
            Assert.Equal(checkpoint.Status("archive", "digest"), $"sha256:{Convert.ToHexStringLower(await SHA256.HashDataAsync(archive, TestContext.Current.CancellationToken))}");
        Assert.Equal((file, checkpoint.Status("archive", "digest")), ((string?)pulled["file"], (string?)pulled["digest"]));
        Assert.Equal("600", (await new Command("stat", "-c", "%a", file).RunAsync()).OrThrow().Output.Trim());
        Assert.Equal([file], Directory.GetFileSystemEntries(folder));
        // None of this test's readers is left; another test may have its own.
        Assert.DoesNotContain(
            await Cluster.Kubectl.ListAsync("pods", Installation.Namespace, "app.kubernetes.io/component=reader"),
            pod => (string?)pod["metadata"]!["annotations"]!["checkpoint-operator.io/reads"] == $"{Namespace.Name}/first");
        string agent = Path.Combine(RepositoryFolder.Path, "artifacts", "bin", "checkpoint-agent");
        Assert.Contains("python3", (await new Command(agent, "archive", "inspect", "--ps", file).RunAsync()).OrThrow().Output, StringComparison.Ordinal);

        Assert.Contains("is Ready", (await RunAsync("restore", "first", "--name", "copy", "--wait")).Output, StringComparison.Ordinal);
        ServerState after = await Namespace.AskAsync("copy");
        Assert.Equal(before.Identity, after.Identity);
        string description = (await RunAsync("describe", "first", "restore/copy")).Output;
        Assert.Contains("Processes:\n  1 python3\n", description, StringComparison.Ordinal);
        Assert.Contains("Result:           Restored", description, StringComparison.Ordinal);
        Assert.Contains("True", (await RunAsync("nodes")).Output, StringComparison.Ordinal);

        await RunAsync("rm", "restore/copy", "first");
        Assert.Empty(await Cluster.Kubectl.ListAsync("containercheckpoints", Namespace.Name));
        Assert.NotEqual(0, (await Cluster.Node.TryAsync($"test -e {checkpoint.Status("archive", "path")}")).ExitCode);
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task An_archive_that_is_not_the_one_that_was_stored_is_not_kept()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        await Namespace.StartServerAsync("server");
        string archive = (await Namespace.CheckpointAsync("first", "server")).Status("archive", "path")!;
        // One byte, of the same length: the size alone tells nothing.
        await Cluster.Node.RunAsync($"printf X | dd of={archive} bs=1 seek=5000 conv=notrunc status=none");

        CommandResult pull = await TryAsync("pull", "first", folder);
        Assert.Equal(1, pull.ExitCode);
        Assert.Contains("is not the one that was stored", pull.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder));
        Directory.Delete(folder);
    }

    [Fact]
    public async Task What_is_packed_for_Krew_is_the_same_each_time_and_the_manifest_names_it()
    {
        string[] folders = [Directory.CreateTempSubdirectory().FullName, Directory.CreateTempSubdirectory().FullName];
        foreach (string folder in folders)
            (await new Command(Path.Combine(RepositoryFolder.Path, "eng", "plugin"), folder).RunAsync()).OrThrow();
        string[] archives = [.. folders.Select(folder => Assert.Single(Directory.GetFiles(folder, "*.tar.gz")))];
        byte[] packed = await File.ReadAllBytesAsync(archives[0], TestContext.Current.CancellationToken);
        Assert.Equal(packed, await File.ReadAllBytesAsync(archives[1], TestContext.Current.CancellationToken));

        string[] manifest = await File.ReadAllLinesAsync(Path.Combine(folders[0], "checkpoint.yaml"), TestContext.Current.CancellationToken);
        Assert.Single(manifest, line => line.Trim() == $"sha256: {Convert.ToHexStringLower(SHA256.HashData(packed))}");
        Assert.Single(manifest, line => line.Trim().StartsWith("uri: ", StringComparison.Ordinal) && line.EndsWith(Path.GetFileName(archives[0]), StringComparison.Ordinal));
        Assert.DoesNotContain(manifest, line => line.Contains('@', StringComparison.Ordinal));
        string listed = (await new Command("tar", "-tzf", archives[0]).RunAsync()).OrThrow().Output;
        string[] files = [.. manifest.Where(line => line.Trim().StartsWith("- from: ", StringComparison.Ordinal)).Select(line => line.Split("from: ")[1])];
        Assert.Equal(files.Order(), listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
        foreach (string folder in folders)
            Directory.Delete(folder, recursive: true);
    }

    private async Task<CommandResult> RunAsync(params string[] arguments) => (await TryAsync(arguments)).OrThrow();

    private Task<CommandResult> TryAsync(params string[] arguments) =>
        new Command(Program, [.. arguments, .. arguments[0] == "nodes" ? Array.Empty<string>() : ["-n", Namespace.Name]]) { Environment = Cluster.Kubectl.Environment }
            .RunAsync(deadline: TimeSpan.FromMinutes(5), cancellationToken: TestContext.Current.CancellationToken);
}
