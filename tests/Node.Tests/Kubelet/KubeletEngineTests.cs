using System.Diagnostics;

using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.Node.Tests.Node;
using CheckpointOperator.NodeAgent;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Kubelet;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Node;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CheckpointOperator.Node.Tests.Kubelet;

public sealed class KubeletEngineTests : IAsyncDisposable
{
    private const string Uid = "6f9619ff-8b86-d011-b42d-00cf4fc964ff";
    private const string Folder = "/var/lib/kubelet/checkpoints";
    private const string Name = "checkpoint-redis-0_default-redis-2026-11-23T15:04:05Z.tar";
    private const string Volume = "/var/lib/kubelet/pods/f1b2c3d4-0000-0000-0000-000000000001/volumes/kubernetes.io~empty-dir/data";

    private readonly KubeletSetup _kubelet = new();
    private readonly Containerd _containerd;
    private readonly ArchiveStore _store;
    private readonly CheckpointJournal _journal;
    private readonly KubeletEngine _engine;

    public KubeletEngineTests()
    {
        TemporaryNode node = _kubelet.Node;
        _containerd = new Containerd(node.Path);
        IOptions<AgentOptions> options = Options.Create(_kubelet.Options);
        _store = new ArchiveStore(node.Root, options);
        _journal = new CheckpointJournal(node.Root, options);
        var tasks = new ContainerdTasks(_containerd, options);
        _engine = new KubeletEngine(
            _kubelet.Api(), new KubeletCheckpoints(node.Root, options), node.Root, new NodeContainers(new ContainerdContainers(node.Root, options), new CriOContainers(node.Root, options)), _containerd, tasks,
            new ArchiveContentWriter(node.Root, options, new OpenVolumeFiles(node.Root), new ContainerdImages(_containerd, options), new OciRuntimeProbe(new NodeCommandRunner(_containerd, node.Root)), TimeProvider.System),
            new CriuCpu(_containerd, node.Root), _journal, new CheckpointRecovery(_journal, _containerd, tasks, _store, TimeProvider.System, NullLogger<CheckpointRecovery>.Instance),
            _store, options, TimeProvider.System, NullLogger<KubeletEngine>.Instance);
        Directory.CreateDirectory(node.On(Folder));
        Directory.CreateDirectory(node.On(Volume));
        File.WriteAllText(node.On($"{Volume}/appended"), "1\n");
        _kubelet.Server.Checkpoint = () => Write(Name);
    }

    public ValueTask DisposeAsync() => _kubelet.DisposeAsync();

    [Fact]
    public async Task The_archive_is_the_kubelets_with_what_it_left_out_and_nothing_stays_in_its_folder()
    {
        CheckpointOutcome outcome = await TakeAsync();
        Assert.Equal(["checkpoint-operator.json", "checkpoint/cpuinfo.img", "volumes/data.tar", "checkpoint/", "checkpoint/inventory.img", "config.dump"], await ListAsync(_store.PathOf(Uid)));
        Assert.Equal("1\n", (await ShellAsync($"tar -xOf {_kubelet.Node.On(_store.PathOf(Uid))} volumes/data.tar | tar -xOf - appended")));
        Assert.Equal(["data"], outcome.Volumes);
        Assert.Empty(outcome.Missing);
        Assert.Empty(Files());
        Assert.Empty(_journal.Read());
    }

    [Fact]
    public async Task Containerd_holds_the_container_from_before_the_call_until_both_are_done()
    {
        _kubelet.Server.Checkpoint = () =>
        {
            _containerd.Asked.Add($"checkpoint, held: {_containerd.IsHeld}");
            // A kubelet's journal entry is there by then: an agent that ends now is followed by one that lets the container go.
            Assert.True(Assert.Single(_journal.Read()).ByContainerd);
            return Write(Name);
        };
        CheckpointOutcome outcome = await TakeAsync();
        Assert.Equal(["tasks pause abc", "checkpoint, held: True", "tasks resume abc"], _containerd.Asked.Where(asked => asked.Contains(' ', StringComparison.Ordinal)));
        Assert.NotNull(outcome.FrozenMilliseconds);
    }

    [Fact]
    public async Task A_call_that_fails_leaves_no_container_held_and_no_file_of_its_own()
    {
        await File.WriteAllTextAsync(_kubelet.Node.On($"{Folder}/checkpoint-redis-0_default-redis-2026-01-01T00:00:00Z.tar"), "somebody's", TestContext.Current.CancellationToken);
        _kubelet.Server.Checkpoint = () =>
        {
            Write(Name);
            throw new InvalidOperationException("rpc error: code = Unknown desc = criu failed");
        };
        await Assert.ThrowsAsync<CheckpointFailedException>(() => TakeAsync());
        Assert.False(_containerd.IsHeld);
        Assert.Equal(["checkpoint-redis-0_default-redis-2026-01-01T00:00:00Z.tar"], Files());
        Assert.Empty(_journal.Read());
        Assert.False(_store.Contains(Uid));
        Assert.Empty(Directory.GetFiles(_kubelet.Node.On(_kubelet.Options.Store)));
    }

    [Fact]
    public async Task A_container_that_cannot_be_let_go_stays_in_the_journal()
    {
        _containerd.Resists = true;
        await TakeAsync();
        Assert.True(Assert.Single(_journal.Read()).ByContainerd);
    }

    [Theory]
    [InlineData("cri-o://abc", false)]
    [InlineData("cri-o://abc", true)]
    public async Task Where_the_container_cannot_be_held_a_change_of_a_volume_is_noticed_and_told(string id, bool changes)
    {
        _kubelet.Server.Checkpoint = () =>
        {
            if (changes)
                File.AppendAllText(_kubelet.Node.On($"{Volume}/appended"), "2\n");
            return Write(Name);
        };
        CheckpointOutcome outcome = await TakeAsync(id);
        Assert.Equal(["data"], outcome.Volumes);
        Assert.DoesNotContain(_containerd.Asked, asked => asked.StartsWith("tasks", StringComparison.Ordinal));
        if (changes)
            Assert.Contains("emptyDir volume data was written to", Assert.Single(outcome.Missing), StringComparison.Ordinal);
        else
            Assert.Empty(outcome.Missing);
    }

    [Fact]
    public async Task What_spec_volumes_leaves_out_is_told()
    {
        CheckpointOutcome outcome = await TakeAsync(volumes: false);
        Assert.Equal(["checkpoint-operator.json", "checkpoint/cpuinfo.img", "checkpoint/", "checkpoint/inventory.img", "config.dump"], await ListAsync(_store.PathOf(Uid)));
        Assert.Contains("spec.volumes is None", Assert.Single(outcome.Missing), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3600)]
    public async Task What_CRIU_says_in_the_log_that_containerds_shim_leaves_is_told_if_it_is_of_this_dump(int age)
    {
        const string Bundle = "/run/containerd/io.containerd.runtime.v2.task/k8s.io/abc";
        string log = _kubelet.Node.On($"{Bundle}/criu-dump.log");
        Directory.CreateDirectory(_kubelet.Node.On(Bundle));
        await File.WriteAllTextAsync(_kubelet.Node.On($"{Bundle}/config.json"), "{}", TestContext.Current.CancellationToken);
        _kubelet.Server.Checkpoint = () =>
        {
            File.WriteAllText(log, "(00.012345) Error (criu/sk-inet.c:188): inet: Connected TCP socket, consider using --tcp-established option.\n");
            File.SetLastWriteTimeUtc(log, DateTime.UtcNow.AddSeconds(age));
            throw new InvalidOperationException("rpc error: code = Unknown desc = criu failed: type NOTIFY errno 0 path= /run/x/criu-dump.log");
        };
        CheckpointFailedException failed = await Assert.ThrowsAsync<CheckpointFailedException>(() => TakeAsync());
        Assert.Equal(CheckpointFailedException.CheckpointFailed, failed.Reason);
        Assert.Contains("type NOTIFY errno 0", failed.Message, StringComparison.Ordinal);
        Assert.Equal(age == 0, failed.Message.Contains("inet: Connected TCP socket", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("inet: Connected TCP socket, consider using --tcp-established option.", "use engine Runtime, or write the line tcp-established into /etc/criu/runc.conf")]
    [InlineData("Some file locks are hold by dumping tasks! You can try --file-locks to dump them.", "use engine Runtime, or write the line file-locks into /etc/criu/runc.conf")]
    public async Task What_the_kubelet_cannot_ask_of_CRIU_is_told_with_what_to_do(string said, string told)
    {
        FailsWith(said);
        CheckpointFailedException failed = await Assert.ThrowsAsync<CheckpointFailedException>(() => TakeAsync());
        Assert.Contains(told, failed.Message, StringComparison.Ordinal);
        Assert.Single(_kubelet.Server.Requests);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1000)]
    public async Task A_connection_that_came_while_the_container_was_held_is_accepted_before_the_next_attempt(int failures)
    {
        FailsWith("inet: In-flight connection (l) for 882815", failures);
        if (failures < 5)
        {
            Assert.Empty((await TakeAsync()).Missing);
        }
        else
        {
            CheckpointFailedException failed = await Assert.ThrowsAsync<CheckpointFailedException>(() => TakeAsync());
            Assert.Contains("In-flight connection", failed.Message, StringComparison.Ordinal);
        }
        Assert.Equal(5, _kubelet.Server.Requests.Count);
        // Let go between the attempts: nothing accepts a connection in a container that is held.
        Assert.Equal(
            Enumerable.Repeat("tasks pause abc, tasks resume abc", 5),
            _containerd.Asked.Where(asked => asked.StartsWith("tasks", StringComparison.Ordinal)).Chunk(2).Select(pair => string.Join(", ", pair)));
        Assert.Empty(_journal.Read());
        Assert.Empty(Files());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Files_in_shared_memory_are_told_to_be_missing(bool has)
    {
        const string Bundle = "/run/containerd/io.containerd.runtime.v2.task/k8s.io/abc";
        const string SharedMemory = "/run/containerd/io.containerd.grpc.v1.cri/sandboxes/s/shm";
        Directory.CreateDirectory(_kubelet.Node.On(Bundle));
        Directory.CreateDirectory(_kubelet.Node.On(SharedMemory));
        await File.WriteAllTextAsync(
            _kubelet.Node.On($"{Bundle}/config.json"), $$"""{"mounts":[{"destination":"/dev/shm","source":"{{SharedMemory}}"}]}""", TestContext.Current.CancellationToken);
        if (has)
            await File.WriteAllTextAsync(_kubelet.Node.On($"{SharedMemory}/segment"), "x", TestContext.Current.CancellationToken);
        CheckpointOutcome outcome = await TakeAsync();
        if (has)
            Assert.Contains("/dev/shm (1 files) is not in the archive", Assert.Single(outcome.Missing), StringComparison.Ordinal);
        else
            Assert.Empty(outcome.Missing);
    }

    [Fact]
    public async Task A_stopped_process_is_told_before_the_kubelet_is_asked()
    {
        Assert.SkipUnless(NodeFacts.Cgroup() == "v1", "with control groups of version 2 a stopped process can be taken");
        const string Bundle = "/run/containerd/io.containerd.runtime.v2.task/k8s.io/abc";
        Directory.CreateDirectory(_kubelet.Node.On(Bundle));
        await File.WriteAllTextAsync(_kubelet.Node.On($"{Bundle}/config.json"), "{}", TestContext.Current.CancellationToken);
        using Process stopped = Process.Start("sleep", "1000");
        try
        {
            await ShellAsync($"kill -STOP {stopped.Id}; until grep -q '^State:.T' /proc/{stopped.Id}/status; do :; done");
            _containerd.Pid = stopped.Id;
            CheckpointFailedException refused = await Assert.ThrowsAsync<CheckpointFailedException>(() => TakeAsync());
            Assert.Equal(CheckpointFailedException.CheckpointFailed, refused.Reason);
            Assert.Contains($"process {stopped.Id} (sleep) is stopped", refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            stopped.Kill();
        }
        Assert.Empty(_kubelet.Server.Requests);
        Assert.DoesNotContain("tasks pause abc", _containerd.Asked);
    }

    [Fact]
    public async Task A_compressed_archive_is_taken_as_it_is_and_what_is_missing_is_told()
    {
        _kubelet.Server.Checkpoint = () => Write(Name, "-z");
        CheckpointOutcome outcome = await TakeAsync();
        Assert.Equal(["checkpoint/", "checkpoint/inventory.img", "config.dump"], await ListAsync(_store.PathOf(Uid)));
        Assert.Empty(outcome.Volumes);
        Assert.Contains("compressed", Assert.Single(outcome.Missing), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_kubelets_copy_is_kept_where_the_setting_says_so()
    {
        _kubelet.Options.KeepKubeletCheckpoints = true;
        await TakeAsync();
        Assert.Equal([Name], Files());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_kubelet.Node.On(_store.PathOf(Uid))));
    }

    [Theory]
    [InlineData("/etc/shadow", "does not lie in")]
    [InlineData(Folder + "/../../../../etc/shadow", "does not lie in")]
    [InlineData(Folder + "/below/" + Name, "does not lie in")]
    [InlineData("/var/lib/kubelet/checkpoints-of-others/" + Name, "does not lie in")]
    [InlineData(Folder + "/checkpoint-redis-1_default-redis-2026-11-23T15:04:05Z.tar", "is not named as")]
    [InlineData(Folder + "/checkpoint-redis-0_default-redis-gone.tar", "is not there")]
    [InlineData(Folder + "/checkpoint-redis-0_default-redis-link.tar", "is SymbolicLink")]
    [InlineData(Folder + "/checkpoint-redis-0_default-redis-folder.tar", "is Directory")]
    [InlineData(Folder + "/checkpoint-redis-0_default-redis-pipe.tar", "is ")]
    public async Task A_path_that_is_not_an_archive_of_this_container_in_the_kubelets_folder_is_refused(string path, string told)
    {
        await ShellAsync($"""
            cd {_kubelet.Node.Path}; mkdir -p etc {Folder[1..]}/below var/lib/kubelet/checkpoints-of-others; echo secret > etc/shadow
            cd {Folder[1..]}; ln -s /etc/shadow checkpoint-redis-0_default-redis-link.tar; mkdir checkpoint-redis-0_default-redis-folder.tar
            mkfifo checkpoint-redis-0_default-redis-pipe.tar; echo other > below/{Name}
            """);
        _kubelet.Server.Checkpoint = () => path;
        CheckpointFailedException refused = await Assert.ThrowsAsync<CheckpointFailedException>(() => TakeAsync());
        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
        Assert.False(_store.Contains(Uid));
        Assert.Equal("secret\n", await File.ReadAllTextAsync(_kubelet.Node.On("/etc/shadow"), TestContext.Current.CancellationToken));
    }

    // As containerd 2.1.9 and the kubelet 1.36.2 were seen to do it: CRIU's words are in the bundle, the answer has none of them.
    private void FailsWith(string said, int failures = int.MaxValue)
    {
        string bundle = Directory.CreateDirectory(_kubelet.Node.On("/run/containerd/io.containerd.runtime.v2.task/k8s.io/abc")).FullName;
        File.WriteAllText($"{bundle}/config.json", "{}");
        _kubelet.Server.Checkpoint = () =>
        {
            if (failures-- <= 0)
                return Write(Name);
            File.WriteAllText($"{bundle}/criu-dump.log", $"(00.012345) Error (criu/cr-dump.c:1): {said}\n");
            throw new InvalidOperationException(
                "rpc error: code = Unknown desc = checkpointing container \"abc\" failed: runc did not terminate successfully: exit status 1: criu failed: type DUMP errno 0 path= /run/containerd/io.containerd.runtime.v2.task/k8s.io/abc/criu-dump.log");
        };
    }

    private Task<CheckpointOutcome> TakeAsync(string id = "containerd://abc", bool volumes = true) => _engine.TakeAsync(
        new CheckpointRequest(Uid, KubeletSetup.Pod, "redis", id, volumes, TimeSpan.FromSeconds(30)), TestContext.Current.CancellationToken);

    private string[] Files() => [.. Directory.GetFiles(_kubelet.Node.On(Folder)).Select(path => Path.GetFileName(path))];

    private async Task<string[]> ListAsync(string path) => (await ShellAsync($"tar -tf {_kubelet.Node.On(path)}")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private string Write(string name, string options = "")
    {
        string work = Directory.CreateDirectory(_kubelet.Node.On("/made")).FullName;
        ShellAsync($"cd {work}; mkdir -p checkpoint; echo image > checkpoint/inventory.img; echo '{{}}' > config.dump; tar {options} -cf {_kubelet.Node.On(Folder)}/{name} checkpoint config.dump").GetAwaiter().GetResult();
        return $"{Folder}/{name}";
    }

    private static async Task<string> ShellAsync(string script) => (await HostCommand.RunAsync("/bin/sh", ["-ec", script], TimeSpan.FromSeconds(20))).OrThrow().Output;

    // Answers as ctr does, and records the processor as criu does.
    private sealed class Containerd(string root) : INodeProcesses
    {
        public List<string> Asked { get; } = [];

        public bool IsHeld { get; private set; }

        public bool Resists { get; set; }

        // Of the container's first process, once there is one.
        public int? Pid { get; set; }

        public Task<NodeCommandResult> RunAsync(NodeCommand command, CancellationToken cancellationToken)
        {
            string asked = string.Join(' ', command.Arguments.Skip(4));
            Asked.Add(asked);
            if (command is { Program: "criu", Arguments: ["cpuinfo", "dump", _, { } folder] })
            {
                File.WriteAllText($"{root}{folder}/{CriuCpu.FileName}", "processor");
                return Task.FromResult(new NodeCommandResult(0, "", ""));
            }
            if (Pid is { } pid && command.Arguments is [_, _, "state", "abc"])
                return Task.FromResult(new NodeCommandResult(0, $$"""{"id":"abc","status":"running","pid":{{pid}}}""", ""));
            return Task.FromResult((asked, Resists) switch
            {
                ("tasks pause abc", _) => Held(true),
                ("tasks resume abc", false) => Held(false),
                ("tasks list", _) => new NodeCommandResult(0, $"TASK    PID     STATUS\nabc     7       {(IsHeld ? "PAUSED" : "RUNNING")}\n", ""),
                _ => new NodeCommandResult(1, "", "ctr: no"),
            });
        }

        public Task<int> AwaitLeftoversAsync(string argument, TimeSpan timeLimit, CancellationToken cancellationToken) => Task.FromResult(0);

        private NodeCommandResult Held(bool held)
        {
            IsHeld = held;
            return new NodeCommandResult(0, "", "");
        }
    }
}
