using System.CommandLine;
using CheckpointOperator.Core.Archives;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The options that say what an archive may hold, <c>--max-…</c>.</summary>
internal sealed class LimitOptions
{
    private static readonly ArchiveLimits Default = ArchiveLimits.Default;

    private readonly Option<long> _entries = Create("--max-entries", "Entries of an archive, and of each in it.", Default.MaxEntries);
    private readonly Option<long> _total = Create("--max-total-bytes", "Bytes of all entries together, holes included.", Default.MaxTotalBytes);
    private readonly Option<long> _entry = Create("--max-entry-bytes", "Bytes of one entry, holes included.", Default.MaxEntryBytes);
    private readonly Option<int> _ratio = Create("--max-compression-ratio", "Unpacked bytes for each packed one, above the first GiB.", Default.MaxCompressionRatio);
    private readonly Option<int> _depth = Create("--max-depth", "Components of a name.", Default.MaxDepth);
    private readonly Option<int> _json = Create("--max-json-bytes", "Bytes of config.dump, spec.dump and the like.", Default.MaxJsonBytes);

    /// <summary>Adds them to a command.</summary>
    public LimitOptions(Command command)
    {
        foreach (Option option in new Option[] { _entries, _total, _entry, _ratio, _depth, _json })
            command.Options.Add(option);
    }

    /// <summary>The limits, with their defaults where none is given.</summary>
    public ArchiveLimits Read(ParseResult arguments) => new()
    {
        MaxEntries = arguments.GetValue(_entries),
        MaxTotalBytes = arguments.GetValue(_total),
        MaxEntryBytes = arguments.GetValue(_entry),
        MaxCompressionRatio = arguments.GetValue(_ratio),
        MaxDepth = arguments.GetValue(_depth),
        MaxJsonBytes = arguments.GetValue(_json),
    };

    private static Option<T> Create<T>(string name, string description, T value)
        where T : struct, System.Numerics.INumber<T>
    {
        var option = new Option<T>(name) { Description = description, DefaultValueFactory = _ => value };
        option.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && result.GetValueOrDefault<T>() < T.One)
                result.AddError($"{name} must be 1 or more");
        });
        return option;
    }
}
