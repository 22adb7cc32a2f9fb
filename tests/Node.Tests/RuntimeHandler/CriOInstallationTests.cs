using System.Text.Json.Nodes;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Node.Tests.Node;
using CheckpointOperator.Node.Tests.RestoreRuntime;
using CheckpointOperator.NodeAgent.RuntimeHandler;

namespace CheckpointOperator.Node.Tests.RuntimeHandler;

/// <summary>
/// install-runtime and uninstall-runtime where CRI-O runs. Debian has no CRI-O: a script answers <c>crio status config</c> with the files that were read last,
/// as CRI-O 1.37 was seen to, and a command reads them again, as a restart does. conmon, runc and crun are Debian's.
/// </summary>
public sealed class CriOInstallationTests : IAsyncLifetime
{
    private const string Base = """
        [crio.runtime]
        default_runtime = "runc"
        [crio.runtime.runtimes.runc]
        runtime_path = "/usr/sbin/runc"
        runtime_type = ""
        runtime_root = "/run/runc"
        monitor_path = "/usr/bin/conmon"
        [crio.runtime.runtimes.crun]
        runtime_path = ""
        runtime_type = "oci"
        runtime_root = "/run/crun"

        """;

    private readonly NodeFixture _node;
    private readonly string _folder = $"/run/crio-{Guid.NewGuid():N}";
    private readonly List<string> _report = [];

    public CriOInstallationTests(NodeFixture node) => _node = node;

    private string DropIn => $"{_folder}/conf.d/90-checkpoint-restore.conf";

    private string Reload => $"{{ cat {_folder}/base; cat {_folder}/conf.d/*.conf 2> /dev/null; }} > {_folder}/known; true";

    private RuntimeHandlerOptions Options => new()
    {
        Source = Path.Combine(RepositoryFolder.Path, "artifacts/bin/checkpoint-restore-runtime"),
        InstallFolder = $"{_folder}/bin",
        CriO = $"{_folder}/crio",
        CriOConfigFolder = $"{_folder}/conf.d",
        CriORestartCommand = Reload,
    };

    public async ValueTask InitializeAsync()
    {
        await _node.RunAsync($$"""
            mkdir -p {{_folder}}/conf.d
            printf '#!/bin/sh\n[ "$1 $4" = "status config" ] && exec cat {{_folder}}/known\nexit 1\n' > {{_folder}}/crio
            chmod +x {{_folder}}/crio
            """);
        await ConfigureAsync(Base);
    }

    public async ValueTask DisposeAsync() => await _node.RunAsync($"rm -rf {_folder}");

    [Fact]
    public async Task The_handler_is_the_default_one_with_our_program_and_a_second_installation_changes_nothing()
    {
        await InstallAsync(Options);
        Assert.Equal(Options.InstalledProgram, CriOHandlers.Parse(await ReadAsync($"{_folder}/known")).Program);
        Assert.Contains("runtime_root = \"/run/runc\"", await ReadAsync(DropIn), StringComparison.Ordinal);
        Assert.Equal("/usr/sbin/runc", (string?)JsonNode.Parse(await ReadAsync(Options.InstalledProgram + ".json"))!["runtime"]);
        Assert.Contains("runc version", await _node.RunAsync($"{Options.InstalledProgram} --version"), StringComparison.Ordinal);

        _report.Clear();
        await InstallAsync(Options with { CriORestartCommand = "exit 1" });
        Assert.Equal(["CRI-O's configuration has the handler checkpoint-restore already"], _report);
    }

    [Fact]
    public async Task Removal_leaves_nothing()
    {
        await InstallAsync(Options);
        await UninstallAsync(Options);
        Assert.Equal(Base, await ReadAsync($"{_folder}/known"));
        Assert.Empty(Directory.GetFileSystemEntries(_node.PathOf($"{_folder}/bin")));
        Assert.Empty(Directory.GetFileSystemEntries(_node.PathOf($"{_folder}/conf.d")));
    }

    [Theory]
    [InlineData("true", "has not taken its new configuration")]
    [InlineData("echo no such unit >&2; exit 5", "no such unit")]
    public async Task What_CRI_O_does_not_take_is_rolled_back(string reload, string words)
    {
        var failure = await Assert.ThrowsAsync<RuntimeHandlerException>(
            () => InstallAsync(Options with { CriORestartCommand = reload, RestartTimeout = TimeSpan.FromSeconds(5) }));
        Assert.Contains(words, failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_node.PathOf(DropIn)));
    }

    [Fact]
    public async Task A_CRI_O_that_does_not_answer_is_named()
    {
        File.Delete(_node.PathOf($"{_folder}/known"));
        var failure = await Assert.ThrowsAsync<RuntimeHandlerException>(() => InstallAsync(Options));
        Assert.Contains("status config", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_of_somebody_else_is_not_touched()
    {
        await ConfigureAsync(Base + "[crio.runtime.runtimes.checkpoint-restore]\nruntime_path = \"/usr/bin/other\"\n");
        var failure = await Assert.ThrowsAsync<RuntimeHandlerException>(() => InstallAsync(Options));
        Assert.Contains("somebody else", failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_node.PathOf(DropIn)));
    }

    [Fact]
    public async Task The_handler_stays_as_it_is_while_containers_need_it()
    {
        await InstallAsync(Options);
        await using (ConmonContainer container = await ConmonContainer.PrepareAsync(_node, "/usr/sbin/runc", namesARestore: false))
        {
            JsonObject created = await container.CreateAsync(Options.InstalledProgram);
            Assert.True((int)created["pid"]! > 0, created.ToJsonString());
            string before = await ReadAsync(DropIn);
            await ConfigureAsync(Base.Replace("default_runtime = \"runc\"", "default_runtime = \"crun\"", StringComparison.Ordinal));
            await InstallAsync(Options);
            await UninstallAsync(Options);
            Assert.Equal(before, await ReadAsync(DropIn));
            Assert.Contains("runc version", await _node.RunAsync($"{Options.InstalledProgram} --version"), StringComparison.Ordinal);
            Assert.Equal(2, _report.Count(line => line.Contains("1 containers were made by it", StringComparison.Ordinal)));

            (await container.TryAsync("/usr/sbin/runc", "kill", "KILL")).OrThrow();
            await container.ExitAsync();
            await _node.RunAsync($"while kill -0 $(cat {container.Bundle}/conmon-pidfile); do sleep 0.05; done 2> /dev/null");
        }
        await InstallAsync(Options);
        Assert.Contains("runtime_root = \"/run/crun\"", await ReadAsync(DropIn), StringComparison.Ordinal);
        await UninstallAsync(Options);
        Assert.False(File.Exists(_node.PathOf(DropIn)) || File.Exists(_node.PathOf(Options.InstalledProgram)));
    }

    private async Task ConfigureAsync(string text)
    {
        await File.WriteAllTextAsync(_node.PathOf($"{_folder}/base"), text);
        await _node.RunAsync(Reload);
    }

    private async Task InstallAsync(RuntimeHandlerOptions options)
    {
        using RootDirectory host = RootDirectory.Open(_node.Root);
        await new CriOHandlerInstaller(new NodeCommands(_node), host, options, _report.Add).InstallAsync(TestContext.Current.CancellationToken);
    }

    private async Task UninstallAsync(RuntimeHandlerOptions options)
    {
        using RootDirectory host = RootDirectory.Open(_node.Root);
        await new CriOHandlerInstaller(new NodeCommands(_node), host, options, _report.Add).UninstallAsync(TestContext.Current.CancellationToken);
    }

    private Task<string> ReadAsync(string path) => File.ReadAllTextAsync(_node.PathOf(path));
}
