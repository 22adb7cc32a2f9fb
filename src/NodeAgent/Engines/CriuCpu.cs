using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Node;

using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>CRIU's own record of a processor, and its own judgement of whether another will do.</summary>
/// <param name="processes">Runs CRIU on the node.</param>
/// <param name="node">The node's files.</param>
public sealed class CriuCpu(INodeProcesses processes, NodeRoot node)
{
    /// <summary>The record's name among CRIU's images.</summary>
    public const string FileName = "cpuinfo.img";

    // A few hundred bytes.
    private const int MaximumRecord = 64 * 1024;

    private static readonly RelativePath Record = RelativePath.Parse(FileName);

    private Known? _known;

    /// <summary>
    /// Writes the record: CRIU does so once for all, as the processor is the same until the node starts again. On a processor that CRIU makes none for (it does
    /// for Intel's, AMD's and IBM's) there will be none, and nothing to compare.
    /// </summary>
    /// <param name="folder">Path on the node of the folder of images.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RecordAsync(string folder, CancellationToken cancellationToken)
    {
        ProgramIdentity? criu = ProgramIdentity.Find(node.Directory, "criu", NodeThread.SearchPath);
        using RootDirectory images = node.OpenDirectory(folder);
        if (criu is not null && _known is { } known && known.Criu == criu)
        {
            using SafeFileHandle file = images.CreateFile(Record);
            RandomAccess.Write(file, known.Record, 0);
            return;
        }
        NodeCommandResult result = await processes.RunAsync(new NodeCommand("criu", ["cpuinfo", "dump", "--images-dir", folder]), cancellationToken);
        if (criu is not null && result.Succeeded && images.Exists(Record))
            _known = new Known(criu, images.ReadFile(Record, MaximumRecord));
    }

    /// <summary>Compares a record with this node's processor.</summary>
    /// <param name="folder">Path on the node of the folder of images.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What differs, in CRIU's words; null where nothing does.</returns>
    public async Task<string?> CompareAsync(string folder, CancellationToken cancellationToken)
    {
        NodeCommandResult result = await processes.RunAsync(new NodeCommand("criu", ["cpuinfo", "check", "--images-dir", folder]), cancellationToken);
        return result.Succeeded ? null : CriuLog.Reason($"{result.Output}\n{result.Error}") ?? result.LastLine;
    }

    private sealed record Known(ProgramIdentity Criu, byte[] Record);
}
