using CheckpointOperator.Node.Tests.Node;
using CheckpointOperator.NodeAgent.RuntimeHandler;
using static CheckpointOperator.Node.Tests.RuntimeHandler.InstalledContainerd;

namespace CheckpointOperator.Node.Tests.RuntimeHandler;

/// <summary>install-runtime and uninstall-runtime on containerd 2.x: configuration of version 3 and, as after an upgrade, 2; drop-ins; hand-edited files.</summary>
[Collection(nameof(InstallationTests))]
public sealed class NewerContainerdTests(NodeFixture node) : IAsyncDisposable
{
    private const string HandEdited = """
        # Written by hand	with a tab, trailing blanks  
        version = 3  # 2.x
        imports = ["conf.d/*.toml"]

        [plugins]
          # the CRI plugin's images
          [plugins.'io.containerd.cri.v1.images'.pinned_images]
            sandbox = 'example.org/pause:1' # kept
          [plugins.'io.containerd.cri.v1.runtime'.containerd]
            default_runtime_name = 'ordinary'
          [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.ordinary]
            runtime_type = 'io.containerd.runc.v2'
            options = { BinaryName = '/usr/bin/crun', SystemdCgroup = true }
        # the last line has no line feed
        """;

    private const string OfVersion2 = """
        version = 2
        [plugins."io.containerd.grpc.v1.cri"]
          sandbox_image = "example.org/pause:1"
          [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
            runtime_type = "io.containerd.runc.v2"
        """;

    private readonly NodeFixture _node = node;
    private readonly InstalledContainerd _containerd = new(node, Version2);

    [Fact]
    public async Task A_drop_in_is_used_where_one_is_read_and_the_hand_edited_file_is_not_touched()
    {
        await _containerd.WriteConfigAsync(HandEdited);
        string before = await _containerd.DumpAsync();
        await _containerd.InstallAsync();
        Assert.Equal(HandEdited, await _containerd.ReadAsync(Config));
        Assert.True(_containerd.Exists(DropIn));
        Assert.False(_containerd.Exists(Backup));
        TomlTable handler = await _containerd.HandlerAsync();
        Assert.Equal("/opt/checkpoint-operator/bin/checkpoint-restore-runtime", handler.Table("options")!.Text("BinaryName"));
        Assert.Contains("SystemdCgroup = True", handler.Table("options")!.Values.Select(pair => $"{pair.Key} = {pair.Value}"));
        Assert.Equal("/usr/bin/crun", (await _containerd.HandlerAsync("ordinary")).Table("options")!.Text("BinaryName"));
        Assert.Contains("crun version", await _node.RunAsync($"{_containerd.Options.InstalledProgram} --version"), StringComparison.Ordinal);

        await _containerd.UninstallAsync();
        Assert.Equal(HandEdited, await _containerd.ReadAsync(Config));
        Assert.False(_containerd.Exists(DropIn));
        Assert.Equal(before, await _containerd.DumpAsync());
    }

    [Fact]
    public async Task Without_drop_ins_the_hand_edited_file_is_the_same_to_the_byte_after_the_removal()
    {
        string alone = HandEdited.Replace("imports = [\"conf.d/*.toml\"]", "imports = []", StringComparison.Ordinal);
        await _containerd.WriteConfigAsync(alone);
        await _containerd.InstallAsync();
        Assert.StartsWith(alone, await _containerd.ReadAsync(Config), StringComparison.Ordinal);
        Assert.Equal(alone, await _containerd.ReadAsync(Backup));
        await _containerd.HandlerAsync();
        await _containerd.UninstallAsync();
        Assert.Equal(alone, await _containerd.ReadAsync(Config));
        Assert.False(_containerd.Exists(Backup));
    }

    [Fact]
    public async Task A_file_of_version_2_gets_a_handler_of_version_2()
    {
        await _containerd.WriteConfigAsync(OfVersion2);
        await _containerd.InstallAsync();
        await _containerd.HandlerAsync();
        Assert.Contains("\"io.containerd.grpc.v1.cri\".containerd.runtimes.\"checkpoint-restore\"", await _containerd.ReadAsync(Config), StringComparison.Ordinal);
        await _containerd.UninstallAsync();
        Assert.Equal(OfVersion2, await _containerd.ReadAsync(Config));
    }

    [Fact]
    public async Task A_node_without_a_configuration_has_none_after_the_removal()
    {
        await _containerd.WriteConfigAsync(null);
        await _containerd.InstallAsync();
        await _containerd.HandlerAsync();
        Assert.Equal("io.containerd.runc.v2", (await _containerd.HandlerAsync("runc")).Text("runtime_type"));
        await _containerd.UninstallAsync();
        Assert.False(_containerd.Exists(Config) || _containerd.Exists(DropIn));
    }

    [Fact]
    public async Task What_it_does_not_come_back_with_is_rolled_back()
    {
        await _containerd.WriteConfigAsync(HandEdited);
        string restart = $"if [ -e {DropIn} ]; then kill $(cat /run/containerd.pid); exit 0; fi\n{_containerd.Restart}";
        var failure = await Assert.ThrowsAsync<RuntimeHandlerException>(
            () => _containerd.InstallAsync(_containerd.Options with { RestartCommand = restart, RestartTimeout = TimeSpan.FromSeconds(8) }));
        Assert.True(failure.IsRolledBack);
        Assert.False(_containerd.Exists(DropIn));
        Assert.Equal(HandEdited, await _containerd.ReadAsync(Config));
        await _node.RunAsync("ctr version");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _containerd.DisposeAsync();
}
