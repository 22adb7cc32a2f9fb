namespace CheckpointOperator.Core.FileSystem;

/// <summary>A path as 64 bits (FNV-1a), where millions of them have to be remembered.</summary>
internal static class PathHash
{
    internal const ulong OffsetBasis = 14695981039346656037;

    private const ulong Prime = 1099511628211;

    internal static ulong Of(RelativePath path)
    {
        var hash = OffsetBasis;
        foreach (var octet in path.Bytes)
            hash = Add(hash, octet);
        return hash;
    }

    internal static ulong Add(ulong hash, byte octet) => (hash ^ octet) * Prime;
}
