using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>How many bytes an archive of a folder takes at least, by what the file system tells of its files, none of which is read.</summary>
internal static class FolderSize
{
    /// <summary>
    /// Counts the bytes of regular files: of one with holes what it has beside them, as holes are archived as such, and of one with several names once. What
    /// comes and goes meanwhile may be counted or not.
    /// </summary>
    /// <param name="root">The folder.</param>
    public static long Of(RootDirectory root)
    {
        ArgumentNullException.ThrowIfNull(root);
        long bytes = 0;
        var counted = new HashSet<(ulong Device, ulong Inode)>();
        var left = new Stack<RelativePath>([RelativePath.Root]);
        while (left.TryPop(out RelativePath path))
        {
            try
            {
                using RootDirectory folder = root.OpenDirectory(path);
                foreach (DirectoryEntry entry in folder.List())
                {
                    if (folder.Stat(entry.Path) is not { } status)
                        continue;
                    if (status.Type == FileType.Directory)
                        left.Push(path.Append(entry.Path.Bytes));
                    else if (status.Type == FileType.Regular && (status.LinkCount == 1 || counted.Add((status.Device, status.Inode))))
                        bytes += Math.Min(status.Size, status.AllocatedBytes);
                }
            }
            catch (FileSystemException)
            {
                // It is gone, or its path is longer than the kernel takes: what is counted is a least, and what cannot be archived is told when it is.
            }
        }
        return bytes;
    }
}
