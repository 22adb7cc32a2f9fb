using System.Text.Json.Nodes;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Node.Tests.Node;
using CheckpointOperator.NodeAgent.RuntimeHandler;

namespace CheckpointOperator.Node.Tests.RuntimeHandler;

/// <summary>install-runtime and uninstall-runtime on a node's real containerd.</summary>
public sealed class InstallationTests(NodeFixture node) : IAsyncDisposable
{
    private const string Config = "/etc/containerd/config.toml";
    private const string DropIn = "/etc/containerd/conf.d/checkpoint-restore.toml";
    private const string Backup = Config + ".before-checkpoint-operator";
    private const string Original = """
        # the administrator's own
        version = 2
        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "example.org/pause:1" # kept
          [plugins."io.containerd.grpc.v1.cri".containerd]
            default_runtime_name = "runc"
            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
              runtime_type = "io.containerd.runc.v2"
              [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
                SystemdCgroup = true
        """;

    // Without systemd; counts the restarts.
    private const string Restart = """
        [ ! -s /run/containerd.pid ] || { kill $(cat /run/containerd.pid); while kill -0 $(cat /run/containerd.pid); do sleep 0.05; done; } 2> /dev/null
        echo >> /run/containerd.restarts
        setsid containerd > /run/containerd.log 2>&1 < /dev/null &
        echo $! > /run/containerd.pid
        """;

    private readonly List<string> _report = [];

    private static RuntimeHandlerOptions Options => new()
    {
        Source = Path.Combine(NodeFixture.Repository, "artifacts/bin/checkpoint-restore-runtime"),
        RestartCommand = Restart,
    };

    [Fact]
    public async Task The_handler_is_the_default_one_with_our_program()
    {
        await WriteConfigAsync(Original);
        await InstallAsync(Options);
        TomlTable handler = await HandlerAsync();
        Assert.Equal("io.containerd.runc.v2", handler.Text("runtime_type"));
        Assert.Equal(["restore.checkpoint-operator.io/*"], handler.Texts("pod_annotations"));
        Assert.Equal("/opt/checkpoint-operator/bin/checkpoint-restore-runtime", handler.Table("options")!.Text("BinaryName"));
        Assert.Contains("SystemdCgroup = True", handler.Table("options")!.Values.Select(pair => $"{pair.Key} = {pair.Value}"));
        Assert.StartsWith(Original, await ReadAsync(Config), StringComparison.Ordinal);
        Assert.Equal(Original, await ReadAsync(Backup));
        JsonNode settings = JsonNode.Parse(await ReadAsync(Options.InstalledProgram + ".json"))!;
        Assert.Equal("/usr/sbin/runc", (string?)settings["runtime"]);
        Assert.Contains("runc version", await node.RunAsync($"{Options.InstalledProgram} --version"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_installation_changes_nothing_and_restarts_nothing()
    {
        await WriteConfigAsync(Original);
        await InstallAsync(Options);
        string before = await ReadAsync(Config);
        string restarts = await node.RunAsync("wc -l < /run/containerd.restarts");
        await InstallAsync(Options);
        Assert.Equal(before, await ReadAsync(Config));
        Assert.Equal(restarts, await node.RunAsync("wc -l < /run/containerd.restarts"));
    }

    [Theory]
    [InlineData(Original)]
    [InlineData(Original + "\n")]
    [InlineData("version = 2\n")]
    public async Task Removal_gives_back_the_files_byte_for_byte(string original)
    {
        await WriteConfigAsync(original);
        await InstallAsync(Options);
        await UninstallAsync(Options);
        Assert.Equal(original, await ReadAsync(Config));
        Assert.False(Exists(Backup) || Exists(Options.InstalledProgram) || Exists(Options.InstalledProgram + ".json"));
        Assert.DoesNotContain("checkpoint-restore", await node.RunAsync("containerd config dump"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_without_a_configuration_gets_one_and_keeps_containerds_own_handlers()
    {
        await WriteConfigAsync(null);
        await InstallAsync(Options);
        Assert.Equal("io.containerd.runc.v2", (await HandlerAsync("runc")).Text("runtime_type"));
        await HandlerAsync();
        await UninstallAsync(Options);
        Assert.False(Exists(Config));
    }

    [Fact]
    public async Task A_drop_in_is_not_used_where_it_would_replace_the_plugins_settings()
    {
        // containerd 1.x merges imported files by whole plugin sections.
        await WriteConfigAsync("imports = [\"/etc/containerd/conf.d/*.toml\"]\n" + Original);
        await InstallAsync(Options);
        Assert.False(Exists(DropIn));
        await HandlerAsync();
        Assert.Contains("example.org/pause:1", await node.RunAsync("containerd config dump"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_that_containerd_refuses_is_left_alone()
    {
        await WriteConfigAsync(Original);
        await RestartAsync();
        await WriteConfigAsync("version = 2\nbroken [\n", restart: false);
        var failure = await Assert.ThrowsAsync<RuntimeHandlerException>(() => InstallAsync(Options));
        Assert.Contains("containerd refuses the configuration", failure.Message, StringComparison.Ordinal);
        Assert.Equal("version = 2\nbroken [\n", await ReadAsync(Config));
    }

    [Fact]
    public async Task What_containerd_does_not_come_back_with_is_rolled_back()
    {
        await WriteConfigAsync(Original);
        // Refuses to start with the handler: what a containerd that is stricter than its own dump would do.
        string restart = $"if grep -q checkpoint-restore {Config}; then kill $(cat /run/containerd.pid); exit 0; fi\n{Restart}";
        var failure = await Assert.ThrowsAsync<RuntimeHandlerException>(
            () => InstallAsync(Options with { RestartCommand = restart, RestartTimeout = TimeSpan.FromSeconds(2) }));
        Assert.Contains("does not answer", failure.Message, StringComparison.Ordinal);
        Assert.Equal(Original, await ReadAsync(Config));
        Assert.False(Exists(Backup));
        await node.RunAsync("ctr version");
    }

    [Fact]
    public async Task A_handler_of_somebody_else_is_not_touched()
    {
        string foreign = Original + "\n[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.checkpoint-restore]\n  runtime_type = \"io.containerd.runc.v2\"\n";
        await WriteConfigAsync(foreign);
        var failure = await Assert.ThrowsAsync<RuntimeHandlerException>(() => InstallAsync(Options));
        Assert.Contains("somebody else", failure.Message, StringComparison.Ordinal);
        Assert.Equal(foreign, await ReadAsync(Config));
    }

    [Fact]
    public async Task The_program_stays_while_containers_need_it()
    {
        await WriteConfigAsync(Original);
        await InstallAsync(Options);
        await node.RunAsync($"""
            set -e
            mkdir -p /run/needs-it/bin
            cp /usr/bin/busybox /run/needs-it/bin/
            ctr run --detach --runc-binary {Options.InstalledProgram} --rootfs /run/needs-it needs-it /bin/busybox sleep 1000
            """);
        await UninstallAsync(Options);
        Assert.True(Exists(Options.InstalledProgram));
        Assert.Contains(_report, line => line.Contains("1 containers", StringComparison.Ordinal));
        await node.RunAsync("ctr task rm --force needs-it; ctr container rm needs-it");
        await UninstallAsync(Options);
        Assert.False(Exists(Options.InstalledProgram));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() =>
        await node.RunAsync($"rm -rf {Config} {Backup} /etc/containerd/conf.d /opt/checkpoint-operator /run/checkpoint-operator /run/containerd.restarts");

    private async Task WriteConfigAsync(string? text, bool restart = true)
    {
        Directory.CreateDirectory(node.PathOf("/etc/containerd/conf.d"));
        if (text is null)
            File.Delete(node.PathOf(Config));
        else
            await File.WriteAllTextAsync(node.PathOf(Config), text);
        if (restart)
            await RestartAsync();
    }

    private Task<string> RestartAsync() => node.RunAsync(Restart + "\nuntil ctr version > /dev/null 2>&1; do sleep 0.05; done");

    private async Task InstallAsync(RuntimeHandlerOptions options)
    {
        using RootDirectory host = RootDirectory.Open(node.Root);
        await new RuntimeHandlerInstaller(new NodeCommands(node), host, options, _report.Add).InstallAsync(TestContext.Current.CancellationToken);
    }

    private async Task UninstallAsync(RuntimeHandlerOptions options)
    {
        using RootDirectory host = RootDirectory.Open(node.Root);
        await new RuntimeHandlerInstaller(new NodeCommands(node), host, options, _report.Add).UninstallAsync(TestContext.Current.CancellationToken);
    }

    private async Task<TomlTable> HandlerAsync(string name = "checkpoint-restore") =>
        ContainerdConfiguration.Parse(await node.RunAsync("containerd config dump")).Handler(name)
        ?? throw new InvalidOperationException($"containerd has no handler {name}");

    private Task<string> ReadAsync(string path) => File.ReadAllTextAsync(node.PathOf(path));

    private bool Exists(string path) => File.Exists(node.PathOf(path));
}
