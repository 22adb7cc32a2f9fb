using System.Net.Sockets;

using CheckpointOperator.Node.Tests.Archives.Cri;
using CheckpointOperator.Node.Tests.Node;
using CheckpointOperator.NodeAgent.Containers;

using Grpc.Net.Client;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>
/// A container in a Pod of containerd 2, whose files were changed in all the ways that a diff has to tell (Scripts/changes.py), and which this class asks over
/// the CRI, as the kubelet does.
/// </summary>
public sealed class ContainerdContainer(NodeFixture node) : IAsyncLifetime
{
    private const string Folder = "/run/containerd-2";
    private const string Socket = $"{Folder}/containerd.sock";
    private const string Scripts = "tests/Node.Tests/Archives/Scripts";

    // ctr is containerd 1.7's: importing an image is the same to it.
    private const string Start = $$"""
        set -eu
        mkdir -p {{Folder}}/image {{Folder}}/logs
        cat > {{Folder}}/config.toml <<'CONFIG'
        version = 3
        root = "/var/lib/containerd/2"
        state = "{{Folder}}/state"
        [grpc]
          address = "{{Socket}}"
        [plugins.'io.containerd.cri.v1.images'.pinned_images]
          sandbox = "{{Image}}"
        # A machine that is itself a container may not have CAP_SYS_RESOURCE, which lowering oom_score_adj takes.
        [plugins.'io.containerd.cri.v1.runtime']
          restrict_oom_score_adj = true
        CONFIG
        cd {{Folder}}/image
        python3 - <<'SCRIPT'
        $image
        SCRIPT
        tar c . | podman import --quiet --change 'CMD ["/bin/sleep", "1000000"]' - {{Image}} > /dev/null
        podman save --quiet --format oci-archive --output {{Folder}}/image.tar {{Image}}
        podman rmi {{Image}} > /dev/null
        PATH=/usr/lib/containerd-2:$PATH containerd --config {{Folder}}/config.toml > {{Folder}}/log 2>&1 < /dev/null &
        echo $! > {{Folder}}/pid
        until ctr --address {{Socket}} version > /dev/null 2>&1; do kill -0 $! || { cat {{Folder}}/log; exit 1; }; done
        {{Ctr}} images import {{Folder}}/image.tar > /dev/null
        """;

    private readonly PodSandboxConfig _pod = new()
    {
        Metadata = new() { Name = Pod, Namespace = Namespace, Uid = PodUid },
        LogDirectory = $"{Folder}/logs",
        // Of the node: no network has to be set up.
        Linux = new() { CgroupParent = "/checkpoint-operator-node-tests", SecurityContext = new() { NamespaceOptions = new() { Network = NamespaceMode.Node } } },
    };

    private GrpcChannel? _channel;
    private int _checkpoints;

    /// <summary>The Pod's name.</summary>
    public const string Pod = "pod-1";

    /// <summary>The Pod's namespace.</summary>
    public const string Namespace = "namespace-1";

    /// <summary>The Pod's UID.</summary>
    public const string PodUid = "0ec43c46-94de-4a87-9a3d-f59cabaf42d0";

    /// <summary>The container's name in its Pod.</summary>
    public const string Name = "container-1";

    /// <summary>The image's name.</summary>
    public const string Image = "localhost/containerd:1";

    /// <summary>The command line of containerd's client.</summary>
    public const string Ctr = $"ctr --address {Socket} --namespace k8s.io";

    /// <summary>The folder of the image's files.</summary>
    public const string ImageFolder = $"{Folder}/image";

    /// <summary>The container's id.</summary>
    public string Id { get; private set; } = string.Empty;

    /// <summary>The folders of its root file system.</summary>
    public OverlayFolders Overlay { get; private set; } = null!;

    /// <summary>The container's files.</summary>
    public FileTree Files { get; private set; } = null!;

    private RuntimeService.RuntimeServiceClient Runtime => new(_channel);

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await node.RunAsync(Start.Replace("$image", ReadScript("image.py"), StringComparison.Ordinal));
        _channel = Connect(node.PathOf(Socket));
        string sandbox = (await Runtime.RunPodSandboxAsync(new() { Config = _pod })).PodSandboxId;
        ContainerConfig config = new()
        {
            Metadata = new() { Name = Name },
            Image = new() { Image = Image },
            LogPath = "log",
            Linux = new() { SecurityContext = new() { NamespaceOptions = _pod.Linux.SecurityContext.NamespaceOptions } },
            Command = { "/bin/sh", "-c", "i=0; while :; do i=$((i+1)); echo $i; /bin/sleep 0.05; done" },
        };
        Id = (await Runtime.CreateContainerAsync(new() { PodSandboxId = sandbox, Config = config, SandboxConfig = _pod })).ContainerId;
        await Runtime.StartContainerAsync(new() { ContainerId = Id });
        string rootfs = $"{Folder}/state/io.containerd.runtime.v2.task/k8s.io/{Id}/rootfs";
        OverlayMount mount = OverlayMount.Find(await node.RunAsync("cat /proc/self/mountinfo"), rootfs)!;
        Overlay = new OverlayFolders(mount.Upper, mount.Lower.Single(), rootfs);
        await node.RunAsync($"cd {rootfs} && python3 - <<'SCRIPT'\n{ReadScript("changes.py")}\nSCRIPT");
        Files = await FileTree.ReadAsync(node, rootfs);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _channel?.Dispose();
        // Its containers go with the node.
        await node.RunAsync($"kill $(cat {Folder}/pid)");
    }

    /// <summary>Asks for a checkpoint, as the kubelet does, and returns the archive's path in the node.</summary>
    public async Task<string> CheckpointAsync(Func<string, Task>? prepare = null)
    {
        string archive = $"{Folder}/checkpoint-{Interlocked.Increment(ref _checkpoints)}.tar";
        if (prepare is not null)
            await prepare(archive);
        await Runtime.CheckpointContainerAsync(new() { ContainerId = Id, Location = archive, Timeout = 60 });
        return archive;
    }

    /// <summary>A new folder of the node.</summary>
    public string MakeFolder()
    {
        string folder = $"{Folder}/{Guid.NewGuid():N}";
        Directory.CreateDirectory(node.PathOf(folder));
        return folder;
    }

    /// <summary>A copy of the image's files, to apply changes to.</summary>
    public async Task<string> CopyImageAsync()
    {
        string folder = MakeFolder();
        await node.RunAsync($"cp -a {ImageFolder}/. {folder}");
        return folder;
    }

    private static string ReadScript(string name) => File.ReadAllText(Path.Combine(RepositoryFolder.Path, Scripts, name));

    private static GrpcChannel Connect(string socket) => GrpcChannel.ForAddress("http://containerd", new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var connection = new System.Net.Sockets.Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                return new NetworkStream(connection, ownsSocket: true);
            },
        },
        DisposeHttpClient = true,
    });
}
