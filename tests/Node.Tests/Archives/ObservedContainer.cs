using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>
/// A real container of the program observed.c, what /proc said of it, and its checkpoints by podman: <c>a.tar</c>, then one file and one process
/// more, <c>b.tar</c> packed by zstd; <c>zombie.tar</c> is of another one with a child that has ended. All in <see cref="Folder"/>.
/// </summary>
public sealed class ObservedContainer(NodeFixture node) : IAsyncLifetime
{
    /// <summary>The node's folder.</summary>
    public const string Folder = "/tmp/observed";

    // Of each process, by its id in the container: the files of /proc that a reader knows, and the names of its open files.
    private const string Script = """
        set -eu
        cd /tmp/observed
        mkdir -p image/bin image/data image/tmpfs image/etc
        cp /usr/bin/busybox image/bin/
        for name in sh touch test; do ln -s busybox image/bin/$name; done
        cp observed image/bin/
        tar c -C image . | podman import --quiet - localhost/observed > /dev/null
        start() {
          podman run --quiet --detach --network none --tmpfs /tmpfs:size=1m --env SECRET=hush --env 'LINES=a b' --name observed localhost/observed \
            /bin/observed "$1" 'an argument' '' > /dev/null
          until podman exec observed /bin/test -e /dev/shm/ready; do :; done
        }
        checkpoint() {
          podman container checkpoint --leave-running --tcp-established --file-locks --compress $2 --export $1.tar observed > /dev/null
        }
        observe() {
          for process in /proc/[0-9]*; do
            if [ "$(readlink $process/exe)" = /bin/observed ]; then
              folder=proc/$(sed -n 's/^NSpid:.*\t//p' $process/status)
              mkdir -p $folder/fdinfo
              for file in cmdline environ comm status maps mountinfo net/tcp net/tcp6 net/udp net/unix; do cat $process/$file > $folder/$(basename $file); done
              for link in exe cwd root; do readlink $process/$link > $folder/$link; done
              sed -n 's/^NSpid:.*\t//p' /proc/$(sed -n 's/^PPid:\t//p' $process/status)/status > $folder/parent
              sed -n 's/^NSpid:.*\t//p' $process/task/*/status > $folder/threads
              for file in $process/fd/*; do
                echo "$(basename $file) $(readlink $file)" >> $folder/fd
                cat $process/fdinfo/$(basename $file) > $folder/fdinfo/$(basename $file)
              done
            fi
          done
        }
        start calm
        observe
        checkpoint a none
        podman exec observed /bin/touch /dev/shm/more
        until podman exec observed /bin/test -e /dev/shm/done; do :; done
        checkpoint b zstd
        podman rm --force --time 0 observed > /dev/null
        start zombie
        checkpoint zombie gzip
        podman rm --force --time 0 observed > /dev/null
        """;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await node.RunAsync($"mkdir {Folder}");
        string source = Path.Combine(RepositoryFolder.Path, "tests/Node.Tests/Archives/observed.c");
        (await HostCommand.RunAsync("gcc", ["-O1", "-Wall", "-static", "-pthread", "-o", node.PathOf($"{Folder}/observed"), source], TimeSpan.FromMinutes(2))).OrThrow();
        await node.RunAsync(Script, TimeSpan.FromMinutes(5));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
