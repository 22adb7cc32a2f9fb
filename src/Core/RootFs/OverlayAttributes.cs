using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Core.RootFs;

/// <summary>The overlay's own extended attributes: under trusted.overlay. where root mounts it, under user.overlay. where a user does.</summary>
internal static class OverlayAttributes
{
    internal const string Opaque = "opaque";
    internal const string Redirect = "redirect";
    internal const string Metacopy = "metacopy";
    internal const string WhiteoutMark = "whiteout";

    internal static bool Has(RootDirectory layer, RelativePath path, string name) => Get(layer, path, name) is not null;

    /// <summary>An attribute's value; null when a file or directory has none.</summary>
    internal static byte[]? Get(RootDirectory layer, RelativePath path, string name)
    {
        using var file = layer.OpenOrThrow("open", path, Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, RootDirectory.InRoot);
        var display = layer.Describe(path);
        return ExtendedAttributes.Get(file, System.Text.Encoding.ASCII.GetBytes($"trusted.overlay.{name}\0"), display)
            ?? ExtendedAttributes.Get(file, System.Text.Encoding.ASCII.GetBytes($"user.overlay.{name}\0"), display);
    }
}
