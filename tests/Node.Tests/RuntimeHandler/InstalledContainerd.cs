using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Node.Tests.Node;
using CheckpointOperator.NodeAgent.RuntimeHandler;

namespace CheckpointOperator.Node.Tests.RuntimeHandler;

/// <summary>A node's real containerd, of one of the two that the node has, to install the handler into.</summary>
internal sealed class InstalledContainerd(NodeFixture node, string program = "containerd") : IAsyncDisposable
{
    public const string Config = "/etc/containerd/config.toml";
    public const string DropIn = "/etc/containerd/conf.d/checkpoint-restore.toml";
    public const string Backup = Config + ".before-checkpoint-operator";

    /// <summary>containerd 2.x, beside the node's own.</summary>
    public const string Version2 = "/usr/lib/containerd-2/containerd";

    public RuntimeHandlerOptions Options => new()
    {
        Source = Path.Combine(RepositoryFolder.Path, "artifacts/bin/checkpoint-restore-runtime"),
        Containerd = program,
        RestartCommand = Restart,
    };

    /// <summary>What installer and remover told.</summary>
    public List<string> Report { get; } = [];

    /// <summary>Restarts it, without systemd, and counts that.</summary>
    public string Restart => $$"""
        [ ! -s /run/containerd.pid ] || { kill $(cat /run/containerd.pid); while kill -0 $(cat /run/containerd.pid); do sleep 0.05; done; } 2> /dev/null
        echo >> /run/containerd.restarts
        PATH=$(dirname {{program}}):$PATH setsid {{program}} > /run/containerd.log 2>&1 < /dev/null &
        echo $! > /run/containerd.pid
        """;

    public async Task WriteConfigAsync(string? text, bool restart = true)
    {
        Directory.CreateDirectory(node.PathOf("/etc/containerd/conf.d"));
        if (text is null)
            File.Delete(node.PathOf(Config));
        else
            await File.WriteAllTextAsync(node.PathOf(Config), text);
        if (restart)
            await RestartAsync();
    }

    public Task<string> RestartAsync() => node.RunAsync(Restart + "\nuntil ctr version > /dev/null 2>&1; do sleep 0.05; done");

    public async Task InstallAsync(RuntimeHandlerOptions? options = null)
    {
        using RootDirectory host = RootDirectory.Open(node.Root);
        await new RuntimeHandlerInstaller(new NodeCommands(node), host, options ?? Options, Report.Add).InstallAsync(TestContext.Current.CancellationToken);
    }

    public async Task UninstallAsync()
    {
        using RootDirectory host = RootDirectory.Open(node.Root);
        await new RuntimeHandlerInstaller(new NodeCommands(node), host, Options, Report.Add).UninstallAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>What containerd makes of its configuration.</summary>
    public Task<string> DumpAsync() => node.RunAsync($"{program} config dump");

    public async Task<TomlTable> HandlerAsync(string name = "checkpoint-restore") =>
        ContainerdConfiguration.Parse(await DumpAsync()).Handler(name) ?? throw new InvalidOperationException($"containerd has no handler {name}");

    public Task<string> ReadAsync(string path) => File.ReadAllTextAsync(node.PathOf(path));

    public bool Exists(string path) => File.Exists(node.PathOf(path));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() =>
        await node.RunAsync($"rm -rf {Config} {Backup} /etc/containerd/conf.d /opt/checkpoint-operator /run/checkpoint-operator /run/containerd.restarts");
}
