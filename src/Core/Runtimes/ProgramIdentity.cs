using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Core.Runtimes;

/// <summary>
/// A program's file, links followed. Another file in its place has another inode or file system, a changed one another size, content or status time: the
/// latter is the kernel's own and cannot be set back. A script's identity says nothing of what it starts, nor a program's of its libraries.
/// </summary>
/// <param name="Path">Where it was found.</param>
/// <param name="Device">The file system.</param>
/// <param name="Inode">Its number there.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Modified">When its content was changed last, as it says itself.</param>
/// <param name="Changed">When its content or status was changed last.</param>
public sealed record ProgramIdentity(string Path, ulong Device, ulong Inode, long Size, UnixTime Modified, UnixTime Changed)
{
    private const UnixFileMode AnyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Finds a program below a root, such as a node's: by its path, or by its name in folders.</summary>
    /// <param name="root">The root in which paths and links are resolved.</param>
    /// <param name="program">An absolute path, or a name without a slash.</param>
    /// <param name="folders">Where names are looked for, in this order.</param>
    /// <returns>The first executable file; null when there is none.</returns>
    public static ProgramIdentity? Find(RootDirectory root, string program, IEnumerable<string> folders)
    {
        ArgumentNullException.ThrowIfNull(root);
        ArgumentException.ThrowIfNullOrEmpty(program);
        ArgumentNullException.ThrowIfNull(folders);
        var candidates = program.Contains('/', StringComparison.Ordinal) ? [program] : folders.Select(folder => $"{folder}/{program}");
        return candidates.Select(candidate => Of(root, candidate)).FirstOrDefault(static identity => identity is not null);
    }

    private static ProgramIdentity? Of(RootDirectory root, string path)
    {
        try
        {
            return RelativePath.TryParse(path, out var relative)
                && root.StatTarget(relative) is { Type: FileType.Regular } file && (file.Mode & AnyExecute) != 0
                    ? new ProgramIdentity(path, file.Device, file.Inode, file.Size, file.Modified, file.Changed)
                    : null;
        }
        catch (FileSystemException closed) when (closed.Error is Errno.EACCES or Errno.ELOOP)
        {
            // A folder that may not be entered and a link to itself hold no program to run: the next folder may, as for execvp.
            return null;
        }
    }
}
