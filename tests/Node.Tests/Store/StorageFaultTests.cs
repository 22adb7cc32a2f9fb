using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Node.Tests.Store;

/// <summary>What the kernel answers for a full disk, by the device that is always full, and what CRIU writes then.</summary>
public sealed class StorageFaultTests
{
    [Fact]
    public void A_write_that_finds_no_room_is_a_full_disk_and_says_what_to_do()
    {
        using SafeFileHandle full = File.OpenHandle("/dev/full", FileMode.Open, FileAccess.Write);
        IOException failure = Assert.ThrowsAny<IOException>(() => RandomAccess.Write(full, [1], 0));
        CheckpointFailedException told = CheckpointFailedException.Of(failure);
        Assert.Equal("DiskFull", told.Reason);
        Assert.Contains("deleting ContainerCheckpoints", told.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_takes_no_files_is_read_only_or_another_fault()
    {
        using RootDirectory system = RootDirectory.Open("/proc");
        IOException failure = Assert.ThrowsAny<IOException>(() => system.CreateFile(RelativePath.Parse("file")));
        Assert.Equal(CheckpointFailedException.CheckpointFailed, CheckpointFailedException.Of(failure).Reason);
    }

    [Theory]
    [InlineData("Error (criu/image.c:627): Can't write image: No space left on device", "DiskFull")]
    [InlineData("open /var/lib/x: read-only file system", "StoreReadOnly")]
    [InlineData("Error (criu/sk-inet.c:210): Connected TCP socket", null)]
    public void What_criu_and_the_runtimes_say_is_understood(string said, string? reason) => Assert.Equal(reason, StorageFault.Of(said)?.Reason);

    [Fact]
    public void The_memory_of_a_process_counts_with_that_of_its_children()
    {
        byte[] kept = new byte[64 * 1024 * 1024];
        Array.Fill(kept, (byte)1);
        Assert.InRange(DumpSpace.MemoryOf(Environment.ProcessId), kept.Length, long.MaxValue);
        Assert.Equal(1, kept[^1]);
    }
}
