using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Launch;

namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>The node's containerd: what it makes of a configuration, and its restart.</summary>
internal sealed class Containerd(INodeProcesses processes, RootDirectory host, RuntimeHandlerOptions options)
{
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(200);

    private string Folder => Path.GetDirectoryName(options.ContainerdConfig)!;

    // Beside config.toml, because relative imports start there; the names match no pattern of imports.
    private string Candidate => $"{Folder}/.checkpoint-operator-candidate";

    private string CandidateDropIn => $"{Folder}/.checkpoint-operator-candidate-drop-in";

    /// <summary>What containerd makes of these files, before they are put in place.</summary>
    public async Task<ContainerdConfiguration> ReadAsync(HandlerFiles files, CancellationToken cancellationToken)
    {
        if (files is { Config: null, DropIn: null })
            return await DumpAsync(["config", "default"], cancellationToken);
        try
        {
            if (files.DropIn is null)
            {
                NodeFiles.Write(host, Candidate, files.Config, modeOf: options.ContainerdConfig);
            }
            else
            {
                // The file's folder is imported by config.toml; here the two are imported side by side, which comes to the same.
                long version = TomlTable.Parse(files.DropIn).Number("version") ?? 0;
                List<object> imports = files.Config is null ? [CandidateDropIn] : [options.ContainerdConfig, CandidateDropIn];
                NodeFiles.Write(host, CandidateDropIn, files.DropIn);
                NodeFiles.Write(host, Candidate, $"version = {version}\nimports = {TomlTable.Written(imports)}\n");
            }
            return await DumpAsync(["--config", Candidate, "config", "dump"], cancellationToken);
        }
        finally
        {
            NodeFiles.Write(host, Candidate, null);
            NodeFiles.Write(host, CandidateDropIn, null);
        }
    }

    /// <summary>Restarts containerd and waits until it and its CRI plugin answer.</summary>
    public async Task RestartAsync(string address, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(options.RestartTimeout);
        var restart = new NodeCommand("/bin/sh", ["-c", options.RestartCommand]) { TimeLimit = options.RestartTimeout };
        NodeCommandResult result = await processes.RunAsync(restart, cancellationToken);
        if (!result.Succeeded)
            throw new RuntimeHandlerException($"containerd cannot be restarted: `{options.RestartCommand}` failed: {result.LastLine}");
        while (true)
        {
            string state = await PluginStateAsync(address, cancellationToken);
            if (state == "ok")
                return;
            try
            {
                await Task.Delay(BetweenAttempts, limit.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new RuntimeHandlerException(
                    $"containerd does not answer {options.RestartTimeout.TotalSeconds:0} s after its restart ({state}): look at its log on the node");
            }
        }
    }

    private async Task<string> PluginStateAsync(string address, CancellationToken cancellationToken)
    {
        NodeCommandResult result = await processes.RunAsync(new NodeCommand(options.Ctr, ["--address", address, "plugins", "ls"]), cancellationToken);
        if (!result.Succeeded)
            return result.LastLine;
        // TYPE ID PLATFORMS STATUS
        string[]? plugin = result.Output.Split('\n')
            .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .FirstOrDefault(fields => fields is ["io.containerd.grpc.v1", "cri", ..]);
        return plugin is null ? "its CRI plugin is missing" : plugin[^1] is "ok" ? "ok" : $"its CRI plugin is in state {plugin[^1]}";
    }

    private async Task<ContainerdConfiguration> DumpAsync(string[] arguments, CancellationToken cancellationToken)
    {
        NodeCommandResult result = await processes.RunAsync(new NodeCommand(options.Containerd, arguments), cancellationToken);
        return result.Succeeded
            ? ContainerdConfiguration.Parse(result.Output)
            : throw new RuntimeHandlerException($"containerd refuses the configuration (`containerd {string.Join(' ', arguments)}`): {result.LastLine}");
    }
}
