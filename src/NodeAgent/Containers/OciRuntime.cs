using System.Diagnostics;
using System.Text.Json;

using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Observation;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>Drives runc, crun or a wrapper of either for the containers below one state folder.</summary>
/// <param name="processes">Runs it on the node.</param>
/// <param name="path">The runtime's path or name on the node.</param>
/// <param name="root">Its state folder (<c>--root</c>).</param>
public sealed class OciRuntime(INodeProcesses processes, string path, string root)
{
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

    /// <summary>Dumps a frozen container and leaves it as it is. The dump goes on should the agent end.</summary>
    /// <param name="id">The container.</param>
    /// <param name="knowsSkipInFlight">
    /// Whether it has an option of its own for connections that the program has not accepted yet, and without it overrides what CRIU's configuration says of them.
    /// </param>
    /// <param name="imagePath">Takes the images.</param>
    /// <param name="workPath">Takes dump.log and stats-dump; what is left over of a dump is found by it.</param>
    /// <param name="criuConfiguration">CRIU's options that the runtime has none for.</param>
    /// <param name="timeLimit">After this time it is killed.</param>
    /// <param name="cancellationToken">Ends the dump.</param>
    public async Task<NodeCommandResult> CheckpointAsync(
        string id, bool knowsSkipInFlight, string imagePath, string workPath, string criuConfiguration, TimeSpan timeLimit, CancellationToken cancellationToken)
    {
        string name = Path.GetFileName(path);
        using Activity? span = Phases.BeginBeside($"{name} checkpoint");
        span?.SetTag("process.executable.name", name);
        NodeCommandResult result = await processes.RunAsync(
            new NodeCommand(
                "env",
                [
                    $"CRIU_CONFIG_FILE={criuConfiguration}", path, "--root", root, "checkpoint", "--leave-running", "--tcp-established",
                    .. (string[])(knowsSkipInFlight ? ["--tcp-skip-in-flight"] : []), "--file-locks",
                    "--image-path", imagePath, "--work-path", workPath, id,
                ])
            {
                TimeLimit = timeLimit,
                OutputFile = $"{workPath}/runtime.log",
            },
            cancellationToken);
        span?.SetTag("process.exit.code", result.ExitCode);
        if (!result.Succeeded)
            span?.SetStatus(ActivityStatusCode.Error);
        return result;
    }

    private Task<NodeCommandResult> RunAsync(string command, string id, CancellationToken cancellationToken) =>
        processes.RunAsync(new NodeCommand(path, ["--root", root, command, id]), cancellationToken);

    private OciRuntimeException Failed(string command, NodeCommandResult result) => new($"{path} {command} failed: {result.LastLine}");
}
