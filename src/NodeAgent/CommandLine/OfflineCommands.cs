using System.CommandLine;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The commands that need no cluster.</summary>
internal static class OfflineCommands
{
    /// <summary>Makes all of them.</summary>
    public static IEnumerable<Command> Create() =>
        [ArchiveCommands.Group.Create(), RootFsCommands.Group.Create(), LabelCommand.Create(), RuntimeCommands.Group.Create(), PauseCommand.Create()];

    /// <summary>Makes the one that the arguments begin with, in its group; null when they begin with none.</summary>
    public static Command? TryCreate(ReadOnlySpan<string> arguments) => arguments switch
    {
        ["archive", var name, ..] => ArchiveCommands.Group.TryCreate(name),
        ["rootfs", var name, ..] => RootFsCommands.Group.TryCreate(name),
        ["label", ..] => LabelCommand.Create(),
        ["runtime", var name, ..] => RuntimeCommands.Group.TryCreate(name),
        ["pause", ..] => PauseCommand.Create(),
        _ => null,
    };
}
