using System.Formats.Tar;

namespace CheckpointOperator.Delivery.Tests.Images;

/// <summary>A file, folder or link of an image.</summary>
/// <param name="Path">Below the image's root, without a slash at either end.</param>
/// <param name="Entry">Its type, owner, mode and time.</param>
/// <param name="Content">A file's bytes; empty otherwise.</param>
public sealed record ImageFile(string Path, TarEntry Entry, byte[] Content)
{
    /// <summary>Whether it is a file with content of its own.</summary>
    public bool IsRegular => Entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile;

    /// <summary>Whether it is a folder.</summary>
    public bool IsFolder => Entry.EntryType is TarEntryType.Directory;

    /// <summary>Whether the kernel would start it.</summary>
    public bool IsExecutable => IsRegular && (Entry.Mode & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0;
}
