using CheckpointOperator.NodeAgent.Launch;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>
/// Holds containers by containerd itself, so that it knows: it then takes a checkpoint of one that is held and leaves it held, where one that was frozen
/// behind its back fails.
/// </summary>
/// <param name="processes">Runs containerd's client on the node.</param>
/// <param name="options">Where containerd is.</param>
public sealed class ContainerdTasks(INodeProcesses processes, IOptions<AgentOptions> options)
{
    private const int MaximumList = 8 * 1024 * 1024;
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(30);

    /// <summary>Freezes a container.</summary>
    /// <param name="id">Its id.</param>
    /// <exception cref="OciRuntimeException">containerd refused.</exception>
    public async Task PauseAsync(string id)
    {
        NodeCommandResult result = await RunAsync(TimeLimit, "tasks", "pause", id);
        if (!result.Succeeded)
            throw Failed("pause", id, result);
    }

    /// <summary>Lets a container go on; one that is gone or not frozen is no fault. containerd waits for a dump under way.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="limit">How long a dump under way may still take.</param>
    /// <exception cref="OciRuntimeException">It is still frozen.</exception>
    public async Task ResumeAsync(string id, TimeSpan limit)
    {
        NodeCommandResult result = await RunAsync(limit + TimeLimit, "tasks", "resume", id);
        // Resuming what is not paused is an error to containerd: the state decides.
        if (!result.Succeeded && await IsPausedAsync(id))
            throw Failed("resume", id, result);
    }

    // "TASK PID STATUS"
    private async Task<bool> IsPausedAsync(string id)
    {
        NodeCommandResult result = await RunAsync(TimeLimit, "tasks", "list");
        if (!result.Succeeded)
            throw Failed("list", id, result);
        return result.Output.Split('\n')
            .Select(line => line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
            .Any(fields => fields is [{ } task, _, "PAUSED" or "PAUSING"] && task == id);
    }

    private Task<NodeCommandResult> RunAsync(TimeSpan limit, params string[] arguments) => processes.RunAsync(
        new NodeCommand("ctr", ["--address", $"{options.Value.ContainerdState}/containerd.sock", "--namespace", "k8s.io", .. arguments])
        {
            TimeLimit = limit,
            MaximumOutput = MaximumList,
        },
        CancellationToken.None);

    private static OciRuntimeException Failed(string command, string id, NodeCommandResult result) => new($"ctr tasks {command} for {id} failed: {result.LastLine}");
}
