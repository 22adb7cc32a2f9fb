using System.CommandLine;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The options <c>--uid-map</c> and <c>--gid-map</c>: the user namespace that a container's files belong to.</summary>
internal sealed class IdMapOptions
{
    private readonly Option<string[]> _users = Create("--uid-map", "user");
    private readonly Option<string[]> _groups = Create("--gid-map", "group");

    /// <summary>Adds both to a command.</summary>
    public IdMapOptions(Command command)
    {
        command.Options.Add(_users);
        command.Options.Add(_groups);
        command.Validators.Add(result =>
        {
            try
            {
                Read(result.GetValue(_users), result.GetValue(_groups));
            }
            catch (Exception e) when (e is ArgumentException or FormatException)
            {
                result.AddError($"--uid-map, --gid-map: {e.Message}");
            }
        });
    }

    /// <summary>The map; null when none is given.</summary>
    public IdMap? Read(ParseResult arguments) => Read(arguments.GetValue(_users), arguments.GetValue(_groups));

    private static IdMap? Read(string[]? users, string[]? groups) => users is { Length: > 0 } || groups is { Length: > 0 }
        ? new IdMap([.. (users ?? []).Select(IdRange.Parse)], [.. (groups ?? []).Select(IdRange.Parse)])
        : null;

    private static Option<string[]> Create(string name, string kind) => new(name)
    {
        Description = $"CONTAINER:HOST:LENGTH, such as 0:100000:65536: a range of {kind} ids of the user namespace that the files belong to.",
    };
}
