using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.NodeAgent.Node;

/// <summary>The node's root folder. In a Pod with the host's process ids it is reached through pid 1, whose mounts it shows.</summary>
public sealed class NodeRoot : IDisposable
{
    private const string ThroughInit = "/proc/1/root";

    private readonly RootDirectory _root;

    /// <summary>Opens the node's root.</summary>
    /// <param name="path">Where it is, or null to find out: this process' own root when it shares pid 1's mounts, else pid 1's.</param>
    public NodeRoot(string? path)
    {
        _root = RootDirectory.Open(path ?? (IsOnNode() ? "/" : ThroughInit));
    }

    /// <summary>The root itself.</summary>
    public RootDirectory Directory => _root;

    /// <summary>Opens a folder of the node.</summary>
    /// <param name="path">Its absolute path on the node.</param>
    public RootDirectory OpenDirectory(string path) => _root.OpenDirectory(RelativePath.Parse(path));

    /// <summary>Makes a folder that only root may enter, and those on the way to it, and opens it.</summary>
    /// <param name="path">Its absolute path on the node.</param>
    public RootDirectory MakeDirectory(string path)
    {
        RelativePath relative = RelativePath.Parse(path);
        _root.MakeDirectories(relative, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return _root.OpenDirectory(relative);
    }

    /// <summary>Removes an entry and all below it. What is mounted on the way to it does not matter; what is mounted below it is refused.</summary>
    /// <param name="path">Its absolute path on the node.</param>
    /// <returns>Whether there was one.</returns>
    public bool RemoveTree(string path)
    {
        RelativePath relative = RelativePath.Parse(path);
        if (!_root.Exists(relative))
            return false;
        using RootDirectory parent = _root.OpenDirectory(relative.Parent);
        return parent.RemoveTree(RelativePath.Parse(relative.Name));
    }

    /// <summary>Bytes that the file system of a folder has free for others than root; null where the folder is not there.</summary>
    /// <param name="path">Its absolute path on the node, from the agent's own settings.</param>
    public long? AvailableBytes(string path)
    {
        if (_root.StatTarget(RelativePath.Parse(path)) is null)
            return null;
        using RootDirectory folder = OpenDirectory(path);
        // By the open folder's own name, so that no link of the node leads elsewhere.
        return new DriveInfo($"/proc/self/fd/{folder.Handle.DangerousGetHandle()}/").AvailableFreeSpace;
    }

    /// <summary>Whether two folders, which are made where they are missing, are on one file system.</summary>
    /// <param name="one">Its absolute path on the node.</param>
    /// <param name="other">The other's.</param>
    public bool IsOneFileSystem(string one, string other)
    {
        using RootDirectory first = MakeDirectory(one);
        using RootDirectory second = MakeDirectory(other);
        return first.Stat(RelativePath.Root)?.Device == second.Stat(RelativePath.Root)?.Device;
    }

    /// <inheritdoc />
    public void Dispose() => _root.Dispose();

    private static bool IsOnNode() =>
        File.ResolveLinkTarget("/proc/self/ns/mnt", false)?.Name == File.ResolveLinkTarget("/proc/1/ns/mnt", false)?.Name;
}
