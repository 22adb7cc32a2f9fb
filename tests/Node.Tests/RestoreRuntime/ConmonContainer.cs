using System.Text.Json.Nodes;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>
/// A container made as CRI-O makes one: its bundle and its root file system where CRI-O's storage has them, its first process below conmon, which is started
/// with the arguments that CRI-O 1.37 was seen to give it.
/// </summary>
internal sealed class ConmonContainer : IAsyncDisposable
{
    private readonly NodeFixture _node;

    private ConmonContainer(NodeFixture node, string runtime) => (_node, Runtime) = (node, runtime);

    public string Id { get; } = $"{Guid.NewGuid():N}{Guid.NewGuid():N}";

    public string Runtime { get; }

    public string Bundle => $"/run/containers/storage/overlay-containers/{Id}/userdata";

    public string RootFs => $"/var/lib/containers/storage/overlay/{Id}/merged";

    /// <summary>The runtime's state folder.</summary>
    public string StateRoot => $"/run/{Path.GetFileName(Runtime)}";

    private string Sockets => $"/run/crio/{Id}";

    private string Log => $"{Sockets}/0.log";

    /// <summary>A counter that prints a number five times a second.</summary>
    /// <param name="node">The node.</param>
    /// <param name="runtime">The runtime's path.</param>
    /// <param name="namesARestore">Whether its Pod has our annotation.</param>
    public static async Task<ConmonContainer> PrepareAsync(NodeFixture node, string runtime, bool namesARestore = true)
    {
        var container = new ConmonContainer(node, runtime);
        await node.RunAsync($$"""
            set -e
            mkdir -p {{container.Bundle}} {{container.RootFs}}/bin {{container.Sockets}}/exits
            cp /usr/bin/busybox {{container.RootFs}}/bin/
            ln -s busybox {{container.RootFs}}/bin/sh
            cd {{container.Bundle}}
            {{runtime}} spec
            ip netns add {{container.Id}}
            """);
        string path = node.PathOf($"{container.Bundle}/config.json");
        JsonObject config = JsonNode.Parse(await File.ReadAllTextAsync(path))!.AsObject();
        JsonObject process = config["process"]!.AsObject();
        process["terminal"] = false;
        process["args"] = new JsonArray("/bin/sh", "-c", "trap 'exit 7' TERM; i=0; while :; do echo $i; i=$((i+1)); busybox sleep 0.2; done");
        config["root"] = new JsonObject { ["path"] = container.RootFs };
        config["linux"]!["cgroupsPath"] = $"/checkpoint-operator-node-tests/{container.Id}";
        JsonObject network = config["linux"]!["namespaces"]!.AsArray().Select(item => item!.AsObject()).First(item => (string)item["type"]! == "network");
        network["path"] = $"/run/netns/{container.Id}";
        config["annotations"] = new JsonObject
        {
            ["io.container.manager"] = "cri-o",
            ["io.kubernetes.container.name"] = "counter",
            ["io.kubernetes.cri-o.ContainerType"] = "container",
            ["io.kubernetes.cri-o.MountPoint"] = container.RootFs,
            ["io.kubernetes.pod.name"] = "counter-0",
            ["io.kubernetes.pod.namespace"] = "default",
            ["io.kubernetes.pod.uid"] = "11111111-1111-1111-1111-111111111111",
        };
        if (namesARestore)
            config["annotations"]!["restore.checkpoint-operator.io/counter"] = "again";
        await File.WriteAllTextAsync(path, config.ToJsonString());
        return container;
    }

    /// <summary>Has conmon create it; what conmon tells CRI-O: its pid, or -1 and a message.</summary>
    /// <param name="program">What conmon is to run for the runtime.</param>
    public async Task<JsonObject> CreateAsync(string program) => JsonNode.Parse(await _node.RunAsync($"""
        cd {Bundle}
        mkfifo {Sockets}/sync
        exec 3<> {Sockets}/sync
        _OCI_SYNCPIPE=3 conmon -b {Bundle} -c {Id} --exit-dir {Sockets}/exits -l {Log} --log-level info -n k8s_counter_{Id} \
          -P {Bundle}/conmon-pidfile -p {Bundle}/pidfile --persist-dir {Sockets} -r {program} --runtime-arg --root={StateRoot} \
          --socket-dir-path {Sockets} --syslog -u {Id} > /dev/null 2>&1 < /dev/null
        timeout 30 head -n 1 <&3
        """))!.AsObject();

    /// <summary>Runs a command of the runtime as CRI-O does.</summary>
    /// <param name="program">The program in the runtime's place.</param>
    /// <param name="command">The command and what comes before the id.</param>
    /// <param name="after">What comes after it.</param>
    public Task<CommandResult> TryAsync(string program, string command, string after = "") => _node.TryAsync($"{program} --root={StateRoot} {command} {Id} {after}");

    /// <summary>Waits for a line of the container's log, in the kubelet's form, to have this text.</summary>
    /// <param name="text">The text.</param>
    public Task LogsAsync(string text) =>
        _node.RunAsync($"timeout 30 sh -c 'until grep -q \" stdout F {text}$\" {Log}; do sleep 0.05; done' || (cat {Log} >&2; exit 1)");

    /// <summary>The first number of its log.</summary>
    public async Task<int> FirstAsync() => int.Parse((await _node.RunAsync($"head -n 1 {Log}")).Split(' ')[^1], null);

    /// <summary>The exit code that conmon leaves for CRI-O once the container has ended.</summary>
    public async Task<int> ExitAsync() =>
        int.Parse(await _node.RunAsync($"timeout 30 sh -c 'until [ -s {Sockets}/exits/{Id} ]; do sleep 0.05; done' && cat {Sockets}/exits/{Id}"), null);

    /// <summary>Checkpoints it, which ends it; the folder of images and the last number that it printed.</summary>
    public async Task<(string Folder, int Last)> CheckpointAsync()
    {
        string folder = $"{Sockets}/checkpoint";
        await _node.RunAsync($"""
            mkdir -p {folder}/images {folder}/work
            {Runtime} --root={StateRoot} checkpoint --tcp-established --file-locks --image-path {folder}/images --work-path {folder}/work {Id} || (cat {folder}/work/dump.log >&2; exit 1)
            """);
        await ExitAsync();
        return (folder, int.Parse((await _node.RunAsync($"tail -n 1 {Log}")).Split(' ')[^1], null));
    }

    public async ValueTask DisposeAsync() => await _node.RunAsync(
        $"{Runtime} --root={StateRoot} delete --force {Id}; ip netns delete {Id}; rm -rf {Bundle} {RootFs} {Sockets}");
}
