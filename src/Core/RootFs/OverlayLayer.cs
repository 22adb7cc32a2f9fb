using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Core.RootFs;

/// <summary>
/// What a folder of an overlay says by the overlay's own means (the kernel's Documentation/filesystems/overlayfs.rst): devices 0/0, and
/// attributes under trusted.overlay. where root mounts it, under user.overlay. where a user does.
/// </summary>
internal static class OverlayLayer
{
    internal static bool IsWhiteout(RootDirectory layer, RelativePath path, in FileStatus status) =>
        status is { Type: FileType.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 }
        || (status is { Type: FileType.Regular, Size: 0 } && Get(layer, path, "whiteout") is not null);

    // "x" only says that the directory has whiteouts in the form of attributes.
    internal static bool IsOpaque(RootDirectory layer, RelativePath path) => Get(layer, path, "opaque") is { } value && value.AsSpan().SequenceEqual("y"u8);

    /// <summary>Whether a directory was renamed in place, and shows another one's content (redirect_dir).</summary>
    internal static bool IsRedirected(RootDirectory layer, RelativePath path) => Get(layer, path, "redirect") is not null;

    /// <summary>Whether a file's content is in a layer below (metacopy).</summary>
    internal static bool HasNoContent(RootDirectory layer, RelativePath path) => Get(layer, path, "metacopy") is not null;

    private static byte[]? Get(RootDirectory layer, RelativePath path, string name)
    {
        using var file = layer.OpenOrThrow("open", path, Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, RootDirectory.InRoot);
        var display = layer.Describe(path);
        return ExtendedAttributes.Get(file, System.Text.Encoding.ASCII.GetBytes($"trusted.overlay.{name}\0"), display)
            ?? ExtendedAttributes.Get(file, System.Text.Encoding.ASCII.GetBytes($"user.overlay.{name}\0"), display);
    }
}
