using System.CommandLine;
using System.CommandLine.Parsing;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The options <c>--uid-map</c> and <c>--gid-map</c>: the user namespace that a container's files belong to.</summary>
internal sealed class IdMapOptions
{
    private readonly Option<IdRange[]> _users = Create("--uid-map", "user");
    private readonly Option<IdRange[]> _groups = Create("--gid-map", "group");

    /// <summary>Adds both to a command.</summary>
    public IdMapOptions(Command command)
    {
        command.Options.Add(_users);
        command.Options.Add(_groups);
        command.Validators.Add(result =>
        {
            // A range that is none is told already.
            if (result.GetResult(_users)?.Errors.Any() == true || result.GetResult(_groups)?.Errors.Any() == true)
                return;
            try
            {
                Read(result.GetValue(_users), result.GetValue(_groups));
            }
            catch (ArgumentException e)
            {
                result.AddError($"--uid-map, --gid-map: {e.Message}");
            }
        });
    }

    /// <summary>The map; null when none is given.</summary>
    public IdMap? Read(ParseResult arguments) => Read(arguments.GetValue(_users), arguments.GetValue(_groups));

    private static IdMap? Read(IdRange[]? users, IdRange[]? groups) =>
        users is { Length: > 0 } || groups is { Length: > 0 } ? new IdMap(users ?? [], groups ?? []) : null;

    private static Option<IdRange[]> Create(string name, string kind) => new(name)
    {
        Description = $"CONTAINER:HOST:LENGTH, such as 0:100000:65536: a range of {kind} ids of the user namespace that the files belong to.",
        CustomParser = static argument =>
        {
            var ranges = new List<IdRange>();
            foreach (Token token in argument.Tokens)
            {
                try
                {
                    ranges.Add(IdRange.Parse(token.Value));
                }
                catch (FormatException e)
                {
                    argument.AddError(e.Message);
                }
            }

            return [.. ranges];
        },
    };
}
