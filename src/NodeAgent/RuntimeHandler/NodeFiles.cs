using System.Text;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>Text files of the node.</summary>
internal static class NodeFiles
{
    private const int MaximumLength = 4 * 1024 * 1024;
    private const UnixFileMode Readable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a file; null where there is none.</summary>
    public static string? Read(RootDirectory host, string path)
    {
        RelativePath relative = RelativePath.Parse(path);
        return host.Exists(relative) ? Strict.GetString(host.ReadFile(relative, MaximumLength)) : null;
    }

    /// <summary>Makes a file be that text, or not be there.</summary>
    /// <param name="host">The node's file system.</param>
    /// <param name="path">The file.</param>
    /// <param name="text">Its text; null for none.</param>
    /// <param name="modeOf">The file that a new one is to be as readable as; by default a new one is readable by all.</param>
    /// <returns>Whether it was different.</returns>
    public static bool Write(RootDirectory host, string path, string? text, string? modeOf = null)
    {
        if (Read(host, path) == text)
            return false;
        RelativePath relative = RelativePath.Parse(path);
        if (text is null)
            return Remove(host, path);
        host.MakeDirectories(relative.Parent);
        // Its owner may have hidden it from others: containerd's configuration can hold a registry's password.
        UnixFileMode mode = host.Stat(RelativePath.Parse(modeOf ?? path))?.Mode ?? Readable;
        host.WriteFileAtomically(relative, Strict.GetBytes(text), mode);
        return true;
    }

    /// <summary>Removes a file.</summary>
    /// <returns>Whether there was one.</returns>
    public static bool Remove(RootDirectory host, string path)
    {
        RelativePath relative = RelativePath.Parse(path);
        if (!host.Exists(relative))
            return false;
        // A removal stays on one file system, and the folder may lie on another than the node's root: /run does.
        using RootDirectory folder = host.OpenDirectory(relative.Parent);
        return folder.Remove(RelativePath.Parse(relative.NameBytes));
    }
}
