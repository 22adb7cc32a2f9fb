using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>OCI layers' whiteouts (image-spec, layer.md).</summary>
internal static class Whiteout
{
    internal static ReadOnlySpan<byte> Prefix => ".wh."u8;

    internal static ReadOnlySpan<byte> OpaqueName => ".wh..wh..opq"u8;

    internal static WhiteoutKind Read(RelativePath path, out RelativePath target)
    {
        target = default;
        var name = path.NameBytes;
        if (!name.StartsWith(Prefix))
            return WhiteoutKind.None;
        if (name.SequenceEqual(OpaqueName))
            return WhiteoutKind.Opaque;
        name = name[Prefix.Length..];
        // A name that starts so itself cannot be in a layer (aufs kept its books under .wh..wh.).
        if (name.StartsWith(Prefix) || RelativePath.Scan(name, out var parsed) != PathFault.None)
            return WhiteoutKind.Invalid;
        target = path.Parent.Append(parsed.Bytes);
        return WhiteoutKind.Name;
    }
}
