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
    /// <returns>Whether it was different.</returns>
    public static bool Write(RootDirectory host, string path, string? text)
    {
        if (Read(host, path) == text)
            return false;
        RelativePath relative = RelativePath.Parse(path);
        if (text is null)
            return host.Remove(relative);
        host.MakeDirectories(relative.Parent);
        // Its owner may have hidden it from others: containerd's configuration can hold a registry's password.
        UnixFileMode mode = host.Stat(relative)?.Mode ?? Readable;
        host.WriteFileAtomically(relative, Strict.GetBytes(text), mode);
        return true;
    }
}
