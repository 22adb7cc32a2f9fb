using System.CommandLine;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The commands that need no cluster.</summary>
internal static class OfflineCommands
{
    /// <summary>Makes all of them.</summary>
    public static IEnumerable<Command> Create() => [ArchiveCommands.Create(), RootFsCommands.Create(), LabelCommand.Create(), RuntimeCommands.Create()];
}
