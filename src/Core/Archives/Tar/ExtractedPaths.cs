using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// The paths that an archive has put down, with the folders on their way, kept as 64-bit hashes (FNV-1a). Two paths with one hash only
/// keep a file that an opaque whiteout of the same archive would have removed.
/// </summary>
internal sealed class ExtractedPaths
{
    private const ulong OffsetBasis = 14695981039346656037;
    private const ulong Prime = 1099511628211;

    private readonly HashSet<ulong> _hashes = [];

    internal void Add(RelativePath path)
    {
        var hash = OffsetBasis;
        foreach (var octet in path.Bytes)
        {
            if (octet == '/')
                _hashes.Add(hash);
            hash = (hash ^ octet) * Prime;
        }

        _hashes.Add(hash);
    }

    internal bool Contains(RelativePath path)
    {
        var hash = OffsetBasis;
        foreach (var octet in path.Bytes)
            hash = (hash ^ octet) * Prime;
        return _hashes.Contains(hash);
    }
}
