namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>
/// What there is on a node that work could leave behind: mounts, processes, control groups and whether they are frozen, files of the agent, of CRIU and of the
/// runtimes, Pods, loop devices, network interfaces, and tasks and leases of containerd (containers that have ended are the kubelet's to keep). Names that differ each time (ids, UIDs) are written alike, so
/// that the same state gives the same lines.
/// </summary>
public sealed class NodeSnapshot
{
    private const string Script = """
        alike() {
          sed -E 's/[0-9a-f]{64}/ID/g; s/[0-9a-f]{8}[-_]([0-9a-f]{4}[-_]){3}[0-9a-f]{12}/UID/g; s/\bveth[0-9a-z]+/veth/g
            s/(checkpoint-(agent|operator)-token)-[0-9a-z]{5}\b/\1/g; s/(checkpoint-(agent|operator))(-[0-9a-f]{8,10})?-[0-9a-z]{5}\b/\1-POD/g'
        }
        {
          awk '{ for (i = 7; $i != "-"; i++); print "mount", $(i + 1), $5 }' /proc/1/mountinfo
          # Who came in from outside, as this script did, has its session there.
          ps -eo sess=,stat=,args= | awk '$1 != 0 { state = $2 ~ /^[TZ]/ ? " " substr($2, 1, 1) : ""; $1 = $2 = ""; print "process" $0 state }'
          # What is removed meanwhile is no matter, here and below: find fails by it, having told the rest.
          find /sys/fs/cgroup -type d -printf 'cgroup %p\n' 2> /dev/null || true
          find /sys/fs/cgroup -name freezer.state -exec grep -H . {} + 2> /dev/null || true
          find /sys/fs/cgroup -name cgroup.events -exec grep -H frozen {} + 2> /dev/null || true
          for folder in /var/lib/checkpoint-operator /run/checkpoint-operator /run/containerd/runc /run/criu* /tmp /var/tmp /dev/shm /var/lib/kubelet/checkpoints; do
            find "$folder" -mindepth 1 -printf 'file %p\n' 2> /dev/null || true
          # The logs of a restore that failed stay until the agent starts the next time.
          done | { grep -vE '/restores/restore-[0-9a-f]{64}(/work(/.*)?|/criu\.conf)?$' || true; }
          find /run/containerd/io.containerd.runtime.v2.task -mindepth 1 -maxdepth 2 -printf 'file %p\n' 2> /dev/null || true
          # By their control groups: a kubelet that was killed meanwhile keeps the folder of a Pod that is gone ("orphaned pod") for ever.
          { find /sys/fs/cgroup -type d -path '*kubepods*' -name '*pod[0-9a-f]*-*' -printf 'pod %f\n' 2> /dev/null || true; } | sort -u
          # Of the machine's loop devices those whose file this node has.
          for file in /sys/block/loop*/loop/backing_file; do [ ! -e "$file" ] || [ ! -e "$(cat "$file")" ] || echo "loop device of $(cat "$file")"; done
          find /sys/class/net -type l -printf 'interface %f\n'
          for kind in tasks leases; do ctr --namespace k8s.io "$kind" list | awk -v kind="${kind%s}" 'NR > 1 { print "containerd", kind, $1 }'; done
        } | alike | sort | uniq -c
        """;

    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly NodeShell _node;
    // What there is, and how often.
    private readonly Dictionary<string, int> _things;

    private NodeSnapshot(NodeShell node, string lines) => (_node, _things) = (node, lines.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Select(line => line.Split(' ', 2)).ToDictionary(line => line[1], line => int.Parse(line[0], null), StringComparer.Ordinal));

    /// <summary>Takes one.</summary>
    public static async Task<NodeSnapshot> TakeAsync(NodeShell node) => new(node, await node.RunAsync(Script));

    /// <summary>Takes one once nothing is left of Pods that are gone, and two in a row are alike.</summary>
    public static async Task<NodeSnapshot> TakeAtRestAsync(ClusterFixture cluster)
    {
        NodeSnapshot before = await TakeAsync(cluster.Node);
        await before.UntilAsync(
            async now =>
            {
                bool rests = before.Difference(now).Length == 0 && now._things.GetValueOrDefault("pod podUID") == await cluster.CountPodsAsync();
                before = now;
                return rests;
            },
            now => $"the node does not come to rest:\n{before.Difference(now)}");
        return before;
    }

    /// <summary>Waits until the node is as it was: a kubelet takes its time. Fails with what is there and was not, and what was there and is not.</summary>
    public Task AssertSameAsync() => UntilAsync(now => Task.FromResult(Difference(now).Length == 0), Difference);

    /// <summary>Waits until there is nothing on the node that was not there: a node that was started again has lost what any of its programs kept in memory.</summary>
    public Task AssertNoMoreAsync() => UntilAsync(now => Task.FromResult(More(this, now).Length == 0), now => More(this, now));

    private string Difference(NodeSnapshot now) => $"{More(this, now)}\n{More(now, this, sign: '-')}".Trim();

    private static string More(NodeSnapshot before, NodeSnapshot now, char sign = '+') => string.Join('\n', now._things
        .Where(thing => thing.Value > before._things.GetValueOrDefault(thing.Key))
        .OrderBy(thing => thing.Key, StringComparer.Ordinal)
        .Select(thing => $"{sign} {thing.Value - before._things.GetValueOrDefault(thing.Key)} {thing.Key}"));

    private async Task UntilAsync(Func<NodeSnapshot, Task<bool>> holds, Func<NodeSnapshot, string> fault)
    {
        using var limit = new CancellationTokenSource(Deadline);
        NodeSnapshot now;
        while (!await holds(now = await TakeAsync(_node)))
        {
            Assert.False(limit.IsCancellationRequested, $"after {Deadline.TotalSeconds} s the node is not as it was before:\n{fault(now)}");
            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }
}
