using System.Diagnostics;
using System.Text.Json.Nodes;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>A container made as containerd's shim makes one: namespaces of a Pod joined by path, stdio on pipes that this process holds.</summary>
internal sealed class Container : IAsyncDisposable
{
    private readonly NodeFixture _node;
    private readonly string _runtime;
    private Process? _shim;

    private Container(NodeFixture node, string runtime, string? id)
    {
        (_node, _runtime) = (node, runtime);
        Id = id ?? $"c{Guid.NewGuid():N}";
    }

    public string Id { get; }

    public string Bundle => $"/run/bundles/{Id}";

    /// <summary>A counter that prints a number five times a second.</summary>
    public static async Task<Container> PrepareAsync(NodeFixture node, string runtime, Action<JsonObject>? configure = null)
    {
        var container = new Container(node, runtime, null);
        await CountingBundle.PrepareAsync(node, runtime, container.Id, container.Bundle, "rootfs", config =>
        {
            config["annotations"] = new JsonObject
            {
                ["io.kubernetes.cri.container-type"] = "container",
                ["io.kubernetes.cri.container-name"] = "counter",
                ["restore.checkpoint-operator.io/counter"] = "again",
            };
            configure?.Invoke(config);
        });
        return container;
    }

    /// <summary>Creates and starts the container by a runtime; the exit codes of both.</summary>
    public async Task<(int Create, int Start)> StartAsync(string? runtime = null, string globals = "")
    {
        int create = await CreateAsync(runtime, globals);
        return (create, (await _node.TryAsync($"{runtime ?? _runtime} start {Id}")).ExitCode);
    }

    /// <summary>Creates the container by a runtime, whose stdio becomes the container's.</summary>
    public async Task<int> CreateAsync(string? runtime = null, string globals = "")
    {
        Begin(runtime, globals);
        await _shim!.WaitForExitAsync();
        return _shim.ExitCode;
    }

    /// <summary>Begins to create the container.</summary>
    public Process Begin(string? runtime = null, string globals = "")
    {
        _shim?.Dispose();
        _shim = _node.Start($"exec {runtime ?? _runtime} {globals} create --bundle {Bundle} --pid-file {Bundle}/pid {Id}");
        return _shim;
    }

    /// <summary>The next number that the container prints.</summary>
    public async Task<int> NextAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        string line = await _shim!.StandardOutput.ReadLineAsync(limit.Token)
            ?? throw new InvalidOperationException($"the container {Id} closed its output: {await _shim.StandardError.ReadToEndAsync(limit.Token)}");
        return int.Parse(line, null);
    }

    /// <summary>Checkpoints the container, which is then removed, and returns the folder of images and the last number that it printed.</summary>
    public async Task<(string Folder, int Last)> CheckpointAsync()
    {
        int last = await NextAsync();
        while (last < 2)
            last = await NextAsync();
        string folder = $"/run/checkpoints/{Id}";
        await _node.RunAsync($"""
            mkdir -p {folder}/images {folder}/work
            {_runtime} checkpoint --tcp-established --file-locks --image-path {folder}/images --work-path {folder}/work {Id} || (cat {folder}/work/dump.log >&2; exit 1)
            """);
        while (await _shim!.StandardOutput.ReadLineAsync() is { } line)
            last = int.Parse(line, null);
        await DeleteAsync();
        return (folder, last);
    }

    /// <summary>What the runtime says about the container, or null where it knows none.</summary>
    public async Task<string?> StatusAsync()
    {
        CommandResult state = await _node.TryAsync($"{_runtime} state {Id}");
        return state.ExitCode == 0 ? (string?)JsonNode.Parse(state.Output)!["status"] : null;
    }

    public Task DeleteAsync() => _node.TryAsync($"{_runtime} delete --force {Id}");

    public async ValueTask DisposeAsync()
    {
        await DeleteAsync();
        await _node.RunAsync($"ip netns delete {Id}; rm -rf {Bundle}");
        _shim?.Dispose();
    }
}
