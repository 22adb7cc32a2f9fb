namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>A small file system of its own, on a loop device, over the folder in which the agent keeps archives and work. Taken away again at the end.</summary>
public sealed class SmallStore : IAsyncDisposable
{
    private const string Folder = "/var/lib/checkpoint-operator";
    private const string File = "/var/lib/small-store.img";
    private readonly NodeShell _node;

    private SmallStore(NodeShell node) => _node = node;

    /// <summary>Makes it, with so many MiB.</summary>
    public static async Task<SmallStore> MountAsync(NodeShell node, int size)
    {
        // The loop device goes with the mount. busybox makes ext2 where the node has nothing better.
        await node.RunAsync($"""
            truncate -s {size}M {File}
            device=$(losetup --find --show {File})
            mkfs.ext4 -q -b 4096 -m 0 "$device" 2> /dev/null || busybox mke2fs -b 4096 -m 0 "$device" > /dev/null
            mount "$device" {Folder}
            losetup --detach "$device"
            """);
        return new SmallStore(node);
    }

    /// <summary>Leaves so many KiB free, as soon as a test of bash holds.</summary>
    public static Task<Task> FillWhenAsync(Killer killer, string condition, long left) => killer.WhenAsync(condition, Fill(left));

    /// <summary>Leaves so many KiB free.</summary>
    public Task FillAsync(long left) => _node.RunAsync(Fill(left));

    /// <summary>Makes room again.</summary>
    public Task EmptyAsync() => _node.RunAsync($"rm -f {Folder}/filler");

    /// <summary>Lets it take no writes, or take them again.</summary>
    public Task RemountAsync(bool readOnly) => _node.RunAsync($"mount -o remount,{(readOnly ? "ro" : "rw")} {Folder}");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _node.RunAsync($"umount --lazy {Folder}; rm {File}; ! mountpoint -q {Folder}");

    // Written, not reserved: ext2 knows no other way. What there is no room for is not written.
    private static string Fill(long left) => $$"""
        free=$(df --output=avail -k {{Folder}} | tail -n 1)
        [ "$free" -le {{left}} ] || head -c $(( (free - {{left}}) * 1024 )) /dev/zero > {{Folder}}/filler || true
        """;
}
