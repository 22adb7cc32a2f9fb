using CheckpointOperator.NodeAgent.Launch;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>CRIU's own record of a processor, and its own judgement of whether another will do.</summary>
/// <param name="processes">Runs CRIU on the node.</param>
public sealed class CriuCpu(INodeProcesses processes)
{
    /// <summary>The record's name among CRIU's images.</summary>
    public const string FileName = "cpuinfo.img";

    /// <summary>Writes the record. On a processor that CRIU makes none for (it does for Intel's, AMD's and IBM's) there will be none, and nothing to compare.</summary>
    /// <param name="folder">Path on the node of the folder of images.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task RecordAsync(string folder, CancellationToken cancellationToken) =>
        processes.RunAsync(new NodeCommand("criu", ["cpuinfo", "dump", "--images-dir", folder]), cancellationToken);

    /// <summary>Compares a record with this node's processor.</summary>
    /// <param name="folder">Path on the node of the folder of images.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What differs, in CRIU's words; null where nothing does.</returns>
    public async Task<string?> CompareAsync(string folder, CancellationToken cancellationToken)
    {
        NodeCommandResult result = await processes.RunAsync(new NodeCommand("criu", ["cpuinfo", "check", "--images-dir", folder]), cancellationToken);
        return result.Succeeded ? null : CriuLog.Reason($"{result.Output}\n{result.Error}") ?? result.LastLine;
    }
}
