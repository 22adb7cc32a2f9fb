using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>Kills parts of the operator without warning and starts them again.</summary>
public sealed class Killer(ClusterFixture cluster)
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(2);

    // The containers that were killed last.
    private readonly Dictionary<Component, string> _killed = [];

    /// <summary>Kills a component with SIGKILL as soon as a test of bash holds on the node; the task that is given ends with the kill.</summary>
    public async Task<Task> KillWhenAsync(Component component, string condition)
    {
        Task<string> killed = await RunWhenAsync(condition, $$"""
            pid=$(pgrep -f '{{component.Pattern}}')
            grep -om 1 '[0-9a-f]\{64\}' /proc/$pid/cgroup
            kill -KILL $pid
            """);
        return RememberAsync();

        async Task RememberAsync() => _killed[component] = await killed;
    }

    /// <summary>
    /// Runs a command of bash on the node as soon as a test of bash holds there. It looks for it from when this returns; the task that is given ends with the command.
    /// </summary>
    public async Task<Task> WhenAsync(string condition, string command) => await RunWhenAsync(condition, command);

    /// <summary>Kills a component with SIGKILL now.</summary>
    public async Task KillAsync(Component component) => await await KillWhenAsync(component, "true");

    /// <summary>
    /// Waits until a killed component works again. The kubelet starts a container again at once the first time, and waits longer after each further end: from
    /// then on a new Pod is there sooner.
    /// </summary>
    public async Task StartAgainAsync(Component component)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(StartLimit);
        JsonObject? replaced = null;
        while (await FindAsync(component) is var pod && !(pod?.Says("Ready", "True") == true && ContainerId(pod) != _killed[component]))
        {
            if (pod is not null && replaced is null && ContainerId(pod) == _killed[component] && (int)pod.FirstContainer!["restartCount"]! > 0)
            {
                replaced = pod;
                await cluster.Kubectl.RunAsync(
                    "-n", Installation.Namespace, "delete", "pod", (string)pod["metadata"]!["name"]!, "--force", "--grace-period=0", "--wait=false");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(200), limit.Token);
        }
    }

    /// <summary>Fails if a container on the node is frozen.</summary>
    public async Task AssertNothingFrozenAsync()
    {
        string frozen = await cluster.Node.RunAsync("""
            if [ -d /sys/fs/cgroup/freezer ]; then find /sys/fs/cgroup/freezer -name freezer.state -exec grep -L THAWED {} +
            else find /sys/fs/cgroup -name cgroup.events -exec grep -l 'frozen 1' {} +; fi || true
            """);
        Assert.True(frozen.Length == 0, $"these containers stayed frozen:\n{frozen}");
    }

    private async Task<Task<string>> RunWhenAsync(string condition, string command)
    {
        IAsyncEnumerator<string> lines = cluster.Node.ReadLinesAsync($$"""
            shopt -s nullglob
            {{Moments.Functions}}
            began=$(mktemp); trap 'rm "$began"' EXIT
            deadline=$((SECONDS + 60))
            echo looking
            until {{condition}}; do
              [ "$SECONDS" -lt "$deadline" ] || { echo 'the moment did not come' >&2; exit 1; }
            done
            {{command}}
            """).GetAsyncEnumerator();
        Assert.True(await lines.MoveNextAsync());
        return ReadAsync();

        async Task<string> ReadAsync()
        {
            await using (lines)
            {
                var output = new List<string>();
                while (await lines.MoveNextAsync())
                    output.Add(lines.Current);
                return string.Join('\n', output);
            }
        }
    }

    private async Task<JsonObject?> FindAsync(Component component) =>
        (await cluster.Kubectl.ListAsync("pods", Installation.Namespace, component.Selector)).SingleOrDefault(pod => pod["metadata"]!["deletionTimestamp"] is null);

    // "containerd://ID"
    private static string? ContainerId(JsonObject pod) => ((string?)pod.FirstContainer?["containerID"])?.Split('/')[^1];
}
