using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>
/// A container made as CRI-O makes one: its bundle and its root file system where CRI-O's storage has them, its first process below conmon, which is started
/// with the arguments that CRI-O 1.37 was seen to give it.
/// </summary>
internal sealed partial class ConmonContainer : IAsyncDisposable
{
    private readonly NodeFixture _node;
    private bool _terminal;

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
    /// <param name="configure">Changes its configuration.</param>
    public static async Task<ConmonContainer> PrepareAsync(NodeFixture node, string runtime, bool namesARestore = true, Action<JsonObject>? configure = null)
    {
        var container = new ConmonContainer(node, runtime);
        await node.RunAsync($"mkdir -p {container.Sockets}/exits");
        await CountingBundle.PrepareAsync(node, runtime, container.Id, container.Bundle, container.RootFs, config =>
        {
            config["process"]!["args"] = new JsonArray("/bin/sh", "-c", "trap 'exit 7' TERM; i=0; while :; do echo $i; i=$((i+1)); busybox sleep 0.2; done");
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
            configure?.Invoke(config);
            container._terminal = (bool)config["process"]!["terminal"]!;
        });
        return container;
    }

    /// <summary>Has conmon create it; what conmon tells CRI-O: its pid, or -1 and a message.</summary>
    /// <param name="program">What conmon is to run for the runtime.</param>
    /// <param name="options">More of conmon's options.</param>
    public async Task<JsonObject> CreateAsync(string program, string options = "") => JsonNode.Parse(await _node.RunAsync($"""
        cd {Bundle}
        mkfifo {Sockets}/sync
        exec 3<> {Sockets}/sync
        _OCI_SYNCPIPE=3 conmon -b {Bundle} {Common(program)} --exit-dir {Sockets}/exits -l {Log} -P {Bundle}/conmon-pidfile -p {Bundle}/pidfile \
          --persist-dir {Sockets} --syslog {(_terminal ? "-t" : "")} {options} > /dev/null 2>&1 < /dev/null
        timeout 30 head -n 1 <&3
        """))!.AsObject();

    /// <summary>Has conmon run a command in it, as CRI-O's exec does; what it printed, and what conmon tells.</summary>
    /// <param name="program">What conmon is to run for the runtime.</param>
    /// <param name="process">The command, as the runtime's specification has a process.</param>
    public async Task<string> ExecAsync(string program, string process)
    {
        await File.WriteAllTextAsync(_node.PathOf($"{Sockets}/process.json"), process);
        CommandResult result = await _node.TryAsync($"""
            mkdir -p {Sockets}/exec-exits
            _OCI_SYNCPIPE=3 conmon -b {Bundle} {Common(program)} --exit-dir {Sockets}/exec-exits --sync --exec --exec-process-spec {Sockets}/process.json -l {Sockets}/exec-log \
              -p {Sockets}/exec-pidfile -T 30 3> {Sockets}/report < /dev/null
            code=$?
            cat {Sockets}/exec-log {Sockets}/report
            exit $code
            """);
        return $"{result.ExitCode}\n{Alike(result.Output)}\n{Alike(result.Error)}";
    }

    /// <summary>Its log, without what differs from one container to the next: times.</summary>
    public async Task<string> LogAsync() => Alike(await _node.RunAsync($"cat {Log}"));

    /// <summary>What differs from one container to the next, written alike: its id, process ids and times.</summary>
    /// <param name="text">What conmon, or the runtime, said.</param>
    public string Alike(string text) => Times().Replace(Pids().Replace(text.Replace(Id, "ID", StringComparison.Ordinal), "PID"), "TIME");

    /// <summary>Runs a command of the runtime as CRI-O does.</summary>
    /// <param name="program">The program in the runtime's place.</param>
    /// <param name="command">The command and what comes before the id.</param>
    /// <param name="after">What comes after it.</param>
    public Task<CommandResult> TryAsync(string program, string command, string after = "") => _node.TryAsync($"{program} --root={StateRoot} {command} {Id} {after}");

    /// <summary>Waits for a line of the container's log, in the kubelet's form, to have this text.</summary>
    /// <param name="text">The text.</param>
    public Task LogsAsync(string text) =>
        _node.RunAsync($"timeout 30 sh -c 'until grep -q \" F {text}\r*$\" {Log}; do sleep 0.05; done' || (cat {Log} >&2; exit 1)");

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

    // conmon goes with its container.
    public async ValueTask DisposeAsync() => await _node.RunAsync($"""
        {Runtime} --root={StateRoot} delete --force {Id}
        [ ! -s {Bundle}/conmon-pidfile ] || timeout 30 sh -c 'while kill -0 $(cat {Bundle}/conmon-pidfile) 2> /dev/null; do sleep 0.05; done'
        ip netns delete {Id}; rm -rf {Bundle} {RootFs} {Sockets}
        """);

    private string Common(string program) =>
        $"-c {Id} -u {Id} -n k8s_counter_{Id} -r {program} --runtime-arg --root={StateRoot} --socket-dir-path {Sockets} --log-level info";

    [GeneratedRegex("(?<=\"(data|pid)\": ?)[0-9]{2,}")]
    private static partial Regex Pids();

    [GeneratedRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)")]
    private static partial Regex Times();
}
