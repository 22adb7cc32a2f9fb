using System.CommandLine;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>Commands below one name, each made only where it is wanted.</summary>
/// <param name="name">The group's name.</param>
/// <param name="description">What its commands are about.</param>
/// <param name="commands">Each one's name and how it is made.</param>
internal sealed class CommandGroup(string name, string description, params (string Name, Func<Command> Create)[] commands)
{
    /// <summary>Makes the group with all of them.</summary>
    public Command Create() => With(commands);

    /// <summary>Makes the group with one of them; null when it has none of that name.</summary>
    public Command? TryCreate(string command) => Array.FindIndex(commands, one => one.Name == command) is var index and >= 0 ? With(commands[index]) : null;

    private Command With(params ReadOnlySpan<(string Name, Func<Command> Create)> wanted)
    {
        var group = new Command(name, description);
        foreach (var (_, create) in wanted)
            group.Add(create());
        return group;
    }
}
