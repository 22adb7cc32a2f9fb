using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>What CRIU cannot take is told in its words with what to do, soon, and the container goes on.</summary>
public sealed class RefusedKindsTests(RefusedKindsTests.Pods pods) : IClassFixture<RefusedKindsTests.Pods>
{
    private const string SysAdmin = "securityContext: {capabilities: {add: [SYS_ADMIN]} }";

    // A watched container stands still for no longer than this, though CRIU's own patience, and the checkpoint's time limit, are longer.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(100);

    private static readonly Row[] Rows =
    [
        new("faults", "userfaultfd", "anon_inode:[userfaultfd]", "(userfaultfd)"),
        new("messages", "mqueue", "Can't lookup mount=", "a POSIX message queue"),
        new("multipath", "multipath", "Unsupported proto 262", "GODEBUG=multipathtcp=0"),
        new("pids", "nested=0x20000000", "Can't dump nested pid namespace", "unshare --pid", SysAdmin),
        new("network", "nested=0x40000000", "Unable to dump more than one netns", "unshare --net", SysAdmin),
        new("device", "device=/dev/fuse", "Can't dump file", "a device mostly", "securityContext: {privileged: true}"),
        new("traced", "traced", "is traced by another process", "detach it first"),
        new("stopped", "stopped", "is stopped", "kill -CONT"),
    ];

    public static TheoryData<string> Names => [.. Rows.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_reason_is_told_with_what_to_do_and_the_container_goes_on(string name)
    {
        Row row = Rows.Single(row => row.Name == name);
        Assert.SkipWhen(name == "stopped" && pods.Cgroup == "v2", "with control groups of version 2 a stopped process can be taken");
        Outcome outcome = pods.Outcomes[name];
        Assert.Equal("CheckpointFailed", outcome.Reason);
        Assert.StartsWith("CRIU cannot dump container row: ", outcome.Message, StringComparison.Ordinal);
        Assert.Contains(row.Words, outcome.Message, StringComparison.Ordinal);
        Assert.Contains(row.Advice, outcome.Message, StringComparison.Ordinal);
        string kind = row.Kind.Split('=')[0];
        Assert.Equal(("ok", "ok"), ((string?)outcome.Before[kind], (string?)outcome.After[kind]));
        Assert.Equal((string?)outcome.Before["identity"], (string?)outcome.After["identity"]);
        Assert.Equal(0, outcome.Restarts);
    }

    /// <summary>A row of docs/compatibility.md.</summary>
    private sealed record Row(string Name, string Kind, string Words, string Advice, string Container = "");

    /// <summary>What became of one.</summary>
    public sealed record Outcome(JsonObject Before, string Reason, string Message, JsonObject After, int Restarts);

    /// <summary>A Pod for each, all at once.</summary>
    public sealed class Pods(ClusterFixture cluster) : IAsyncLifetime
    {
        private TestNamespace? _namespace;

        /// <summary>By name.</summary>
        public Dictionary<string, Outcome> Outcomes { get; } = [];

        /// <summary>The node's version of control groups.</summary>
        public string Cgroup { get; private set; } = "";

        /// <inheritdoc/>
        public async ValueTask InitializeAsync()
        {
            _namespace = await TestNamespace.CreateAsync(cluster);
            Cgroup = (await cluster.Node.RunAsync("[ -e /sys/fs/cgroup/cgroup.controllers ] && echo v2 || echo v1")).Trim();
            foreach (Row row in Rows)
                await _namespace.ApplyAsync(RowManifests.KindsPod(row.Name, "/tmp", ["identity", row.Kind], row.Container));
            (string Name, Outcome Outcome)[] outcomes = await Task.WhenAll(Rows.Select(async row => (row.Name, await TryAsync(_namespace, row.Name))));
            foreach ((string name, Outcome outcome) in outcomes)
                Outcomes[name] = outcome;
        }

        /// <inheritdoc/>
        public async ValueTask DisposeAsync()
        {
            if (_namespace is not null)
                await _namespace.DisposeAsync();
        }

        private async Task<Outcome> TryAsync(TestNamespace space, string name)
        {
            await space.UntilPodReadyAsync(name);
            JsonObject before = await space.AskKindsAsync(name);
            await space.ApplyAsync(Manifests.Checkpoint(name, name));
            JsonObject ended = await space.UntilAsync(space.Checkpoint(name), value => value.Phase is "Ready" or "Failed", "ended", Soon);
            JsonObject after = await space.AskKindsAsync(name);
            int restarts = (int)(await cluster.Kubectl.GetAsync(space.Pod(name)))!.FirstContainer!["restartCount"]!;
            string reason = (string)ended["status"]!["conditions"]!.AsArray().Single(condition => (string?)condition!["type"] == "Ready")!["reason"]!;
            return new Outcome(before, reason, ended.Message("Ready"), after, restarts);
        }
    }
}
