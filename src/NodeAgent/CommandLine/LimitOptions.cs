using System.CommandLine;
using CheckpointOperator.Core.Archives;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The options that say what an archive may hold, <c>--max-…</c>: one for each of <see cref="ArchiveLimits"/>.</summary>
internal sealed class LimitOptions
{
    private static readonly ArchiveLimits Default = ArchiveLimits.Default;

    private readonly Option<long> _entries = Create("--max-entries", "Entries of an archive, and of each in it.", Default.MaxEntries);
    private readonly Option<long> _totalBytes = Create("--max-total-bytes", "Bytes of all entries together, holes included.", Default.MaxTotalBytes);
    private readonly Option<long> _entryBytes = Create("--max-entry-bytes", "Bytes of one entry, holes included.", Default.MaxEntryBytes);
    private readonly Option<int> _compressionRatio = Create("--max-compression-ratio", "Unpacked bytes for each packed one, above the floor.", Default.MaxCompressionRatio);
    private readonly Option<long> _compressionRatioFloor = Create("--compression-ratio-floor", "Unpacked bytes below which their ratio to the packed ones does not matter.", Default.CompressionRatioFloor);
    private readonly Option<int> _depth = Create("--max-depth", "Components of a name.", Default.MaxDepth);
    private readonly Option<int> _nameLength = Create("--max-name-length", "Bytes of a name or a link's target.", Default.MaxNameLength);
    private readonly Option<int> _extendedHeaderBytes = Create("--max-extended-header-bytes", "Bytes of one extended header: PAX records, a GNU long name.", Default.MaxExtendedHeaderBytes);
    private readonly Option<int> _sparseRegions = Create("--max-sparse-regions", "Pieces of data between the holes of one sparse file.", Default.MaxSparseRegions);
    private readonly Option<long> _decompressorBytes = Create("--max-decompressor-bytes", "Bytes of zstd's window and xz's dictionary.", Default.MaxDecompressorBytes);
    private readonly Option<int> _jsonBytes = Create("--max-json-bytes", "Bytes of config.dump, spec.dump and the like.", Default.MaxJsonBytes);
    private readonly Option<int> _deletedFilesBytes = Create("--max-deleted-files-bytes", "Bytes of deleted.files.", Default.MaxDeletedFilesBytes);
    private readonly Option<int> _criuImageBytes = Create("--max-criu-image-bytes", "Bytes of one of CRIU's images that is kept in memory.", Default.MaxCriuImageBytes);
    private readonly Option<int> _criuImagesBytes = Create("--max-criu-images-bytes", "Bytes of all of CRIU's images that are kept in memory.", Default.MaxCriuImagesBytes);

    /// <summary>Adds them to a command.</summary>
    public LimitOptions(Command command)
    {
        foreach (Option option in new Option[]
            {
                _entries, _totalBytes, _entryBytes, _compressionRatio, _compressionRatioFloor, _depth, _nameLength,
                _extendedHeaderBytes, _sparseRegions, _decompressorBytes, _jsonBytes, _deletedFilesBytes, _criuImageBytes, _criuImagesBytes,
            })
            command.Options.Add(option);
    }

    /// <summary>The limits, with their defaults where none is given.</summary>
    public ArchiveLimits Read(ParseResult arguments) => new()
    {
        MaxEntries = arguments.GetValue(_entries),
        MaxTotalBytes = arguments.GetValue(_totalBytes),
        MaxEntryBytes = arguments.GetValue(_entryBytes),
        MaxCompressionRatio = arguments.GetValue(_compressionRatio),
        CompressionRatioFloor = arguments.GetValue(_compressionRatioFloor),
        MaxDepth = arguments.GetValue(_depth),
        MaxNameLength = arguments.GetValue(_nameLength),
        MaxExtendedHeaderBytes = arguments.GetValue(_extendedHeaderBytes),
        MaxSparseRegions = arguments.GetValue(_sparseRegions),
        MaxDecompressorBytes = arguments.GetValue(_decompressorBytes),
        MaxJsonBytes = arguments.GetValue(_jsonBytes),
        MaxDeletedFilesBytes = arguments.GetValue(_deletedFilesBytes),
        MaxCriuImageBytes = arguments.GetValue(_criuImageBytes),
        MaxCriuImagesBytes = arguments.GetValue(_criuImagesBytes),
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
