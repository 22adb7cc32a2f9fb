using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>A container whose two processes send numbers to and fro over TCP, and whose third holds a lock.</summary>
internal sealed class ConnectedContainer(NodeFixture node, ChangedContainer image)
{
    private const string IsFree = "/bin/flock --nonblock /tmp/lock /bin/sleep 0";

    // All wait in read(): a dump interrupts other system calls for good.
    private const string Command = """
        /bin/sh -c "
          /bin/nc -l -p 7000 -e /bin/sh -c 'while read line; do echo \$line > /dev/shm/new; /bin/mv /dev/shm/new /dev/shm/echoed; echo \$line; done' &
          /bin/busybox mkfifo /tmp/fifo; /bin/flock /tmp/lock /bin/cat <> /tmp/fifo &
          until /bin/busybox netstat -ltn | /bin/busybox grep -q :7000; do :; done
          exec /bin/nc 127.0.0.1 7000 -e /bin/sh -c 'i=0; while :; do i=\$((i+1)); echo \$i; read back; /bin/sleep 0.05; done'"
        """;

    /// <summary>The container's name.</summary>
    public string Name { get; private set; } = string.Empty;

    /// <summary>A folder of the node for the unpacked export.</summary>
    public string Folder { get; } = image.MakeFolder("connected");

    /// <summary>podman's archive.</summary>
    public string Export => $"{Folder}-export.tar";

    /// <summary>Ours.</summary>
    public string Archive => $"{Folder}-ours.tar";

    /// <summary>Starts it, and waits until it is connected and locked.</summary>
    public async Task StartAsync()
    {
        Name = await image.RunAsync(Command);
        await UntilEchoedAsync(0);
        await node.RunAsync($"while podman exec {Name} {IsFree}; do :; done");
    }

    /// <summary>Exports a checkpoint, with which the container ends.</summary>
    public Task ExportAsync(string options = "--tcp-established --file-locks") =>
        node.RunAsync($"podman container checkpoint {options} --compress none --export {Export} {Name}");

    /// <summary>Exports a checkpoint and writes one of ours with all that is in it.</summary>
    public async Task ArchiveAsync()
    {
        await ExportAsync();
        OverlayFolders overlay = await image.OverlayOfAsync(Name);
        OurArchive.Rewrite(node, Export, Folder, Archive, tar => ContainerDiff.OfUpper(node, overlay, tar).Deleted);
    }

    /// <summary>Restores our archive by podman, under the name that the container had.</summary>
    public Task RestoreAsync() =>
        node.RunAsync($"podman rm {Name} && podman container restore --tcp-established --file-locks --import {Archive}");

    /// <summary>Waits until a number higher than this one went over the connection.</summary>
    public Task UntilEchoedAsync(long number) =>
        node.RunAsync($"until [ \"$(podman exec {Name} /bin/cat /dev/shm/echoed 2> /dev/null || echo 0)\" -gt {number} ]; do :; done");

    /// <summary>Whether nobody holds the lock.</summary>
    public async Task<bool> IsUnlockedAsync() => (await node.TryAsync($"podman exec {Name} {IsFree}")).ExitCode == 0;
}
