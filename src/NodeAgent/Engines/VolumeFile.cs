namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>A file of a volume that a process had open or mapped at the checkpoint, and by which a restore sees whether the volume is what it was.</summary>
/// <param name="Volume">The volume's name in the Pod.</param>
/// <param name="Mount">Where the container mounts it.</param>
/// <param name="Path">The file's path below that; empty where the file itself is mounted.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Inode">Number within its file system.</param>
/// <param name="ModifiedSeconds">When its content was changed last: seconds since 1970.</param>
/// <param name="ModifiedNanoseconds">The nanoseconds to be added.</param>
public sealed record VolumeFile(string Volume, string Mount, string Path, long Size, ulong Inode, long ModifiedSeconds, int ModifiedNanoseconds)
{
    /// <summary>The name, in an archive, of the list of them.</summary>
    public const string ListName = "volume-files.json";

    /// <summary>The path in the container.</summary>
    public string FullPath => Path.Length == 0 ? Mount : $"{Mount.TrimEnd('/')}/{Path}";
}
