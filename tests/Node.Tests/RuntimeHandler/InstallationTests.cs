using System.Text.Json.Nodes;
using CheckpointOperator.Node.Tests.Node;
using CheckpointOperator.NodeAgent.RuntimeHandler;
using static CheckpointOperator.Node.Tests.RuntimeHandler.InstalledContainerd;

namespace CheckpointOperator.Node.Tests.RuntimeHandler;

/// <summary>install-runtime and uninstall-runtime on a node's real containerd.</summary>
[Collection(nameof(InstallationTests))]
public sealed class InstallationTests(NodeFixture node) : IAsyncDisposable
{
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

    private readonly NodeFixture _node = node;
    private readonly InstalledContainerd _containerd = new(node);

    private RuntimeHandlerOptions Options => _containerd.Options;

    [Fact]
    public async Task The_handler_is_the_default_one_with_our_program()
    {
        await _containerd.WriteConfigAsync(Original);
        await _containerd.InstallAsync();
        TomlTable handler = await _containerd.HandlerAsync();
        Assert.Equal("io.containerd.runc.v2", handler.Text("runtime_type"));
        Assert.Equal(["restore.checkpoint-operator.io/*"], handler.Texts("pod_annotations"));
        Assert.Equal("/opt/checkpoint-operator/bin/checkpoint-restore-runtime", handler.Table("options")!.Text("BinaryName"));
        Assert.Contains("SystemdCgroup = True", handler.Table("options")!.Values.Select(pair => $"{pair.Key} = {pair.Value}"));
        Assert.StartsWith(Original, await _containerd.ReadAsync(Config), StringComparison.Ordinal);
        Assert.Equal(Original, await _containerd.ReadAsync(Backup));
        JsonNode settings = JsonNode.Parse(await _containerd.ReadAsync(Options.InstalledProgram + ".json"))!;
        Assert.Equal("/usr/sbin/runc", (string?)settings["runtime"]);
        Assert.Contains("runc version", await _node.RunAsync($"{Options.InstalledProgram} --version"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_installation_changes_nothing_and_restarts_nothing()
    {
        await _containerd.WriteConfigAsync(Original);
        await _containerd.InstallAsync();
        string before = await _containerd.ReadAsync(Config);
        string restarts = await _node.RunAsync("wc -l < /run/containerd.restarts");
        await _containerd.InstallAsync();
        Assert.Equal(before, await _containerd.ReadAsync(Config));
        Assert.Equal(restarts, await _node.RunAsync("wc -l < /run/containerd.restarts"));
    }

    [Theory]
    [InlineData(Original)]
    [InlineData(Original + "\n")]
    [InlineData("version = 2\n")]
    public async Task Removal_gives_back_the_files_byte_for_byte(string original)
    {
        await _containerd.WriteConfigAsync(original);
        await _containerd.InstallAsync();
        await _containerd.UninstallAsync();
        Assert.Equal(original, await _containerd.ReadAsync(Config));
        Assert.False(_containerd.Exists(Backup) || _containerd.Exists(Options.InstalledProgram) || _containerd.Exists(Options.InstalledProgram + ".json"));
        Assert.DoesNotContain("checkpoint-restore", await _node.RunAsync("containerd config dump"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_without_a_configuration_gets_one_and_keeps_containerds_own_handlers()
    {
        await _containerd.WriteConfigAsync(null);
        await _containerd.InstallAsync();
        Assert.Equal("io.containerd.runc.v2", (await _containerd.HandlerAsync("runc")).Text("runtime_type"));
        await _containerd.HandlerAsync();
        await _containerd.UninstallAsync();
        Assert.False(_containerd.Exists(Config));
    }

    [Fact]
    public async Task A_drop_in_is_not_used_where_it_would_replace_the_plugins_settings()
    {
        // containerd 1.x merges imported files by whole plugin sections.
        await _containerd.WriteConfigAsync("imports = [\"/etc/containerd/conf.d/*.toml\"]\n" + Original);
        await _containerd.InstallAsync();
        Assert.False(_containerd.Exists(DropIn));
        await _containerd.HandlerAsync();
        Assert.Contains("example.org/pause:1", await _node.RunAsync("containerd config dump"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_that_containerd_refuses_is_left_alone()
    {
        await _containerd.WriteConfigAsync(Original);
        await _containerd.RestartAsync();
        await _containerd.WriteConfigAsync("version = 2\nbroken [\n", restart: false);
        var failure = await Assert.ThrowsAsync<RuntimeHandlerException>(() => _containerd.InstallAsync());
        Assert.Contains("containerd refuses the configuration", failure.Message, StringComparison.Ordinal);
        Assert.Equal("version = 2\nbroken [\n", await _containerd.ReadAsync(Config));
    }

    [Fact]
    public async Task What_containerd_does_not_come_back_with_is_rolled_back()
    {
        await _containerd.WriteConfigAsync(Original);
        // Refuses to start with the handler: what a containerd that is stricter than its own dump would do.
        string restart = $"if grep -q checkpoint-restore {Config}; then kill $(cat /run/containerd.pid); exit 0; fi\n{_containerd.Restart}";
        var failure = await Assert.ThrowsAsync<RuntimeHandlerException>(
            () => _containerd.InstallAsync(Options with { RestartCommand = restart, RestartTimeout = TimeSpan.FromSeconds(8) }));
        Assert.Contains("does not answer", failure.Message, StringComparison.Ordinal);
        Assert.True(failure.IsRolledBack);
        Assert.Equal(Original, await _containerd.ReadAsync(Config));
        Assert.False(_containerd.Exists(Backup));
        await _node.RunAsync("ctr version");
    }

    [Fact]
    public async Task A_handler_of_somebody_else_is_not_touched()
    {
        string foreign = Original + "\n[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.checkpoint-restore]\n  runtime_type = \"io.containerd.runc.v2\"\n";
        await _containerd.WriteConfigAsync(foreign);
        var failure = await Assert.ThrowsAsync<RuntimeHandlerException>(() => _containerd.InstallAsync());
        Assert.Contains("somebody else", failure.Message, StringComparison.Ordinal);
        Assert.Equal(foreign, await _containerd.ReadAsync(Config));
    }

    [Fact]
    public async Task Containers_that_run_meanwhile_do_not_notice()
    {
        await _containerd.WriteConfigAsync(Original);
        await _node.RunAsync("""
            set -e
            mkdir -p /run/unharmed/bin
            cp /usr/bin/busybox /run/unharmed/bin/
            ctr run --detach --rootfs /run/unharmed unharmed /bin/busybox sh -c 'i=0; while :; do echo $i > /count; i=$((i + 1)); busybox sleep 0.05; done'
            """);
        string before = await TaskAsync();
        await _containerd.InstallAsync();
        Assert.Equal(before, await TaskAsync());
        await _containerd.UninstallAsync();
        Assert.Equal(before, await TaskAsync());
        // Its own process counts on, and containerd still reaches it.
        await _node.RunAsync("first=$(cat /run/unharmed/count); while [ \"$(cat /run/unharmed/count)\" -lt $((first + 3)) ]; do sleep 0.05; done", TimeSpan.FromSeconds(60));
        Assert.Equal("reached\n", await _node.RunAsync("ctr task exec --exec-id x unharmed /bin/busybox echo reached"));
        await _node.RunAsync("ctr task rm --force unharmed; ctr container rm unharmed");
    }

    [Fact]
    public async Task The_program_stays_while_containers_need_it()
    {
        await _containerd.WriteConfigAsync(Original);
        await _containerd.InstallAsync();
        await _node.RunAsync($"""
            set -e
            mkdir -p /run/needs-it/bin
            cp /usr/bin/busybox /run/needs-it/bin/
            ctr run --detach --runc-binary {Options.InstalledProgram} --rootfs /run/needs-it needs-it /bin/busybox sleep 1000
            """);
        await _containerd.UninstallAsync();
        Assert.True(_containerd.Exists(Options.InstalledProgram));
        Assert.Contains(_containerd.Report, line => line.Contains("1 containers", StringComparison.Ordinal));
        await _node.RunAsync("ctr task rm --force needs-it; ctr container rm needs-it");
        await _containerd.UninstallAsync();
        Assert.False(_containerd.Exists(Options.InstalledProgram));
    }

    // Name, pid and state.
    private Task<string> TaskAsync() => _node.RunAsync("ctr task ls | grep unharmed");

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _containerd.DisposeAsync();
}
