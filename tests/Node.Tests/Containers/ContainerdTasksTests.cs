using CheckpointOperator.Node.Tests.Node;
using CheckpointOperator.NodeAgent;
using CheckpointOperator.NodeAgent.Containers;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.Node.Tests.Containers;

/// <summary>Holding containers by a real containerd of this test's own.</summary>
public sealed class ContainerdTasksTests(NodeFixture node) : IAsyncLifetime
{
    private const string State = "/run/held/state";
    private const string Ctr = $"ctr --address {State}/containerd.sock --namespace k8s.io";

    private readonly ContainerdTasks _tasks = new(new NodeCommands(node), Options.Create(new AgentOptions { ContainerdState = State }));

    public async ValueTask InitializeAsync() => await node.RunAsync($$"""
        set -e
        mkdir -p /run/held/rootfs/bin {{State}}
        cp /usr/bin/busybox /run/held/rootfs/bin/
        printf 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n' > /run/held/config.toml
        setsid containerd --config /run/held/config.toml --root /run/held/root --state {{State}} --address {{State}}/containerd.sock > /run/held/log 2>&1 < /dev/null &
        echo $! > /run/held/pid
        until {{Ctr}} version > /dev/null 2>&1; do sleep 0.05; done
        {{Ctr}} run --detach --cgroup /checkpoint-operator-node-tests/held --rootfs /run/held/rootfs counter /bin/busybox sh -c 'i=0; while :; do echo $i > /count; i=$((i+1)); busybox usleep 20000; done'
        """);

    public async ValueTask DisposeAsync() => await node.RunAsync($$"""
        {{Ctr}} tasks rm --force counter; {{Ctr}} containers rm counter
        kill $(cat /run/held/pid); while kill -0 $(cat /run/held/pid) 2> /dev/null; do sleep 0.05; done
        rm -rf /run/held
        """);

    [Fact]
    public async Task A_container_that_is_held_stands_still_through_containerds_own_checkpoint_until_it_is_let_go()
    {
        await AwaitCountAsync(after: 0);
        await _tasks.PauseAsync("counter");
        int held = await CountAsync();
        await node.RunAsync($"{Ctr} tasks checkpoint --image-path /run/held/images --work-path /run/held counter");
        Assert.Contains("PAUSED", await node.RunAsync($"{Ctr} tasks list"), StringComparison.Ordinal);
        Assert.Equal(held, await CountAsync());
        Assert.True(File.Exists(node.PathOf("/run/held/images/inventory.img")));

        await _tasks.ResumeAsync("counter", TimeSpan.Zero);
        await AwaitCountAsync(after: held);
    }

    [Fact]
    public async Task Letting_go_what_is_not_held_or_not_there_is_no_fault()
    {
        await _tasks.ResumeAsync("counter", TimeSpan.Zero);
        await _tasks.ResumeAsync("nobody", TimeSpan.Zero);
    }

    [Fact]
    public async Task What_cannot_be_held_is_a_fault_that_says_why()
    {
        OciRuntimeException refused = await Assert.ThrowsAsync<OciRuntimeException>(() => _tasks.PauseAsync("nobody"));
        Assert.Contains("not found", refused.Message, StringComparison.Ordinal);
    }

    private async Task<int> CountAsync() => int.Parse(await node.RunAsync("cat /run/held/rootfs/count"), null);

    private async Task AwaitCountAsync(int after) =>
        await node.RunAsync($"until [ \"$(cat /run/held/rootfs/count 2> /dev/null || echo 0)\" -gt {after} ]; do sleep 0.05; done", TimeSpan.FromSeconds(20));
}
