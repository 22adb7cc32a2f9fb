using System.Text.Json;

using CheckpointOperator.NodeAgent.Launch;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>Drives runc, crun or a wrapper of either for the containers below one state folder.</summary>
/// <param name="processes">Runs it on the node.</param>
/// <param name="path">The runtime's path or name on the node.</param>
/// <param name="root">Its state folder (<c>--root</c>).</param>
public sealed class OciRuntime(INodeProcesses processes, string path, string root)
{
    private const string TcpEstablished = "--tcp-established";
    private const string SkipInFlight = "--tcp-skip-in-flight";

    /// <summary>The first line of its <c>--version</c>, such as <c>runc version 1.1.15</c>: a wrapper tells what is behind it.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        NodeCommandResult result = await processes.RunAsync(new NodeCommand(path, ["--version"]), cancellationToken);
        return result.Succeeded ? result.Output.Split('\n')[0].Trim() : throw Failed("--version", result);
    }

    /// <summary>What the runtime knows of a container, or null when it knows none of that id.</summary>
    /// <param name="id">The container.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<OciState?> StateAsync(string id, CancellationToken cancellationToken)
    {
        NodeCommandResult result = await RunAsync("state", id, cancellationToken);
        if (result.Succeeded)
            return JsonSerializer.Deserialize(result.Output, ContainersJson.Default.OciState);
        // runc: "container does not exist"; crun: "error opening file `…/status`: No such file or directory".
        return result.Error.Contains("does not exist", StringComparison.Ordinal) || result.Error.Contains("No such file", StringComparison.Ordinal)
            ? null
            : throw Failed($"state {id}", result);
    }

    /// <summary>The ids of a container's processes on the node.</summary>
    /// <param name="id">The container.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task<IReadOnlyList<int>> ProcessesAsync(string id, CancellationToken cancellationToken)
    {
        NodeCommandResult result = await processes.RunAsync(new NodeCommand(path, ["--root", root, "ps", "--format", "json", id]), cancellationToken);
        return result.Succeeded ? JsonSerializer.Deserialize(result.Output, ContainersJson.Default.IReadOnlyListInt32) ?? [] : throw Failed($"ps {id}", result);
    }

    /// <summary>Freezes a container's processes.</summary>
    /// <param name="id">The container.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task PauseAsync(string id, CancellationToken cancellationToken)
    {
        NodeCommandResult result = await RunAsync("pause", id, cancellationToken);
        if (!result.Succeeded)
            throw Failed($"pause {id}", result);
    }

    /// <summary>Lets a container's processes go on; one that is gone or not frozen is no fault.</summary>
    /// <param name="id">The container.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task ResumeAsync(string id, CancellationToken cancellationToken)
    {
        NodeCommandResult result = await RunAsync("resume", id, cancellationToken);
        // runc calls it an error to resume what is not paused, crun does not: the state decides.
        if (!result.Succeeded && await StateAsync(id, cancellationToken) is { Status: "paused" or "pausing" })
            throw Failed($"resume {id}", result);
    }

    /// <summary>Ends a container and removes what the runtime knows of it; one that is gone is no fault.</summary>
    /// <param name="id">The container.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public async Task DeleteAsync(string id, CancellationToken cancellationToken)
    {
        NodeCommandResult result = await processes.RunAsync(new NodeCommand(path, ["--root", root, "delete", "--force", id]), cancellationToken);
        if (!result.Succeeded && await StateAsync(id, cancellationToken) is not null)
            throw Failed($"delete {id}", result);
    }

    /// <summary>
    /// What makes its dump take a container with open connections. Newer runc (seen in 1.3.6) has an option of its own for those that the program has not
    /// accepted yet, and without it overrides what CRIU's configuration says of them.
    /// </summary>
    /// <param name="cancellationToken">Ends the asking.</param>
    public async Task<IReadOnlyList<string>> ConnectionOptionsAsync(CancellationToken cancellationToken)
    {
        NodeCommandResult help = await processes.RunAsync(new NodeCommand(path, ["checkpoint", "--help"]), cancellationToken);
        if (!help.Succeeded)
            throw Failed("checkpoint --help", help);
        return help.Output.Contains(SkipInFlight, StringComparison.Ordinal) ? [TcpEstablished, SkipInFlight] : [TcpEstablished];
    }

    /// <summary>Dumps a frozen container and leaves it as it is. The dump goes on should the agent end.</summary>
    /// <param name="id">The container.</param>
    /// <param name="connections">How connections are treated, as <see cref="ConnectionOptionsAsync"/> tells.</param>
    /// <param name="imagePath">Takes the images.</param>
    /// <param name="workPath">Takes dump.log and stats-dump; what is left over of a dump is found by it.</param>
    /// <param name="criuConfiguration">CRIU's options that the runtime has none for.</param>
    /// <param name="timeLimit">After this time it is killed.</param>
    /// <param name="cancellationToken">Ends the dump.</param>
    public Task<NodeCommandResult> CheckpointAsync(
        string id, IReadOnlyList<string> connections, string imagePath, string workPath, string criuConfiguration, TimeSpan timeLimit, CancellationToken cancellationToken) =>
        processes.RunAsync(
            new NodeCommand(
                "env",
                [
                    $"CRIU_CONFIG_FILE={criuConfiguration}", path, "--root", root, "checkpoint", "--leave-running", .. connections, "--file-locks",
                    "--image-path", imagePath, "--work-path", workPath, id,
                ])
            {
                TimeLimit = timeLimit,
                OutputFile = $"{workPath}/runtime.log",
            },
            cancellationToken);

    private Task<NodeCommandResult> RunAsync(string command, string id, CancellationToken cancellationToken) =>
        processes.RunAsync(new NodeCommand(path, ["--root", root, command, id]), cancellationToken);

    private OciRuntimeException Failed(string command, NodeCommandResult result) => new($"{path} {command} failed: {result.LastLine}");
}
