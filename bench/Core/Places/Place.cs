using CheckpointOperator.Core.Benchmark.Measuring;

namespace CheckpointOperator.Core.Benchmark.Places;

/// <summary>A folder on a file system where works are run.</summary>
internal class Place(string name, string folder) : IDisposable
{
    internal string Name => name;

    internal string Folder => folder;

    /// <summary>Whether it is memory: what is there is removed at once, and never written back.</summary>
    internal bool IsMemory { get; } = new DriveInfo(Directory.CreateDirectory(folder).FullName).DriveFormat == "tmpfs";

    /// <summary>Writes back what was written, so that no run pays for the one before it.</summary>
    internal void Flush()
    {
        if (!IsMemory)
            Programs.Execute("sync", "--file-system", folder);
    }

    /// <summary>Opens the place that an argument names.</summary>
    /// <param name="argument">A folder, or <c>xfs</c>, <c>btrfs</c> or <c>ext4</c> for a new file system in a file.</param>
    /// <param name="images">The folder for such files.</param>
    internal static Place Open(string argument, string images)
    {
        if (argument is "xfs" or "btrfs" or "ext4")
            return new LoopImage(argument, images);
        var folder = Path.Combine(argument, $"checkpoint-bench-{Environment.ProcessId}");
        return new Place(argument, folder);
    }

    public void Dispose() => Remove();

    /// <summary>Removes all that is there, after everything was measured.</summary>
    protected virtual void Remove() => Programs.Execute("rm", "--recursive", "--force", folder);
}
