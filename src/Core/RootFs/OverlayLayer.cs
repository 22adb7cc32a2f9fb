using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.RootFs;

/// <summary>
/// What a folder of an overlay says by the overlay's own means (the kernel's Documentation/filesystems/overlayfs.rst): devices 0/0, and
/// attributes under trusted.overlay. where root mounts it, under user.overlay. where a user does.
/// </summary>
internal static class OverlayLayer
{
    internal static bool IsWhiteout(TreeEntry entry) =>
        entry.Status is { Type: FileType.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 }
        || (entry.Status is { Type: FileType.Regular, Size: 0 } && Has(entry, "trusted.overlay.whiteout\0"u8, "user.overlay.whiteout\0"u8));

    // "x" only says that the directory has whiteouts in the form of attributes.
    internal static bool IsOpaque(TreeEntry directory) => Get(directory, "trusted.overlay.opaque\0"u8, "user.overlay.opaque\0"u8) is [(byte)'y'];

    /// <summary>Whether a directory was renamed in place, and shows another one's content (redirect_dir).</summary>
    internal static bool IsRedirected(TreeEntry directory) => Has(directory, "trusted.overlay.redirect\0"u8, "user.overlay.redirect\0"u8);

    /// <summary>Whether a file's content is in a layer below (metacopy).</summary>
    internal static bool HasNoContent(TreeEntry file) => Has(file, "trusted.overlay.metacopy\0"u8, "user.overlay.metacopy\0"u8);

    private static bool Has(TreeEntry entry, ReadOnlySpan<byte> trusted, ReadOnlySpan<byte> user) => Get(entry, trusted, user) is not null;

    private static byte[]? Get(TreeEntry entry, ReadOnlySpan<byte> trusted, ReadOnlySpan<byte> user) => entry.Attribute(trusted) ?? entry.Attribute(user);
}
