using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>
/// The paths that an archive has put down, with the folders on their way, kept as 64-bit hashes. Two paths with one hash only
/// keep a file that an opaque whiteout of the same archive would have removed.
/// </summary>
internal sealed class ExtractedPaths
{
    private readonly HashSet<ulong> _hashes = [];

    internal void Add(RelativePath path)
    {
        var hash = PathHash.OffsetBasis;
        foreach (var octet in path.Bytes)
        {
            if (octet == '/')
                _hashes.Add(hash);
            hash = PathHash.Add(hash, octet);
        }

        _hashes.Add(hash);
    }

    internal bool Contains(RelativePath path) => _hashes.Contains(PathHash.Of(path));
}
