namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>Kills parts of the operator without warning and starts them again.</summary>
public sealed class Killer(ClusterFixture cluster)
{
    /// <summary>Kills a component with SIGKILL as soon as a test of bash holds on the node.</summary>
    public Task KillWhenAsync(Component component, string condition) => WhenAsync(condition, $"kill -KILL $(pgrep -f '{component.Pattern}')");

    /// <summary>Runs a command of bash on the node as soon as a test of bash holds there.</summary>
    public Task WhenAsync(string condition, string command) => cluster.Node.RunAsync($$"""
        shopt -s nullglob
        began=$(mktemp); trap 'rm "$began"' EXIT
        deadline=$((SECONDS + 60))
        until {{condition}}; do
          [ "$SECONDS" -lt "$deadline" ] || { echo 'the moment did not come' >&2; exit 1; }
        done
        {{command}}
        """);

    /// <summary>Kills a component with SIGKILL now.</summary>
    public Task KillAsync(Component component) => KillWhenAsync(component, "true");

    /// <summary>Starts a killed component again: a new Pod, because the kubelet waits longer after each end of a container.</summary>
    public async Task StartAgainAsync(Component component)
    {
        string selector = await cluster.Kubectl.RunAsync(
            "-n", Installation.Namespace, "get", component.Workload, "-o", "go-template={{range $k, $v := .spec.selector.matchLabels}}{{$k}}={{$v}},{{end}}");
        await cluster.Kubectl.RunAsync("-n", Installation.Namespace, "delete", "pods", "-l", selector.TrimEnd(','), "--grace-period=1", "--wait=true", "--timeout=120s");
        await cluster.Kubectl.RunAsync("-n", Installation.Namespace, "rollout", "status", component.Workload, "--timeout=120s");
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
}
