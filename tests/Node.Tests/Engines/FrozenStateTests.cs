using CheckpointOperator.NodeAgent.Engines;

namespace CheckpointOperator.Node.Tests.Engines;

public sealed class FrozenStateTests : IDisposable
{
    private const string Group = "/sys/fs/cgroup/kubepods/pod1/abc";

    private readonly TemporaryNode _node = new();
    private readonly FrozenState _state;

    public FrozenStateTests()
    {
        _state = new FrozenState(_node.Root, TimeProvider.System);
        Write("/proc/1/mountinfo", "30 25 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
        Write("/proc/7/cgroup", "0::/kubepods/pod1/abc\n");
    }

    public void Dispose() => _node.Dispose();

    [Fact]
    public async Task A_container_that_still_stops_is_waited_for()
    {
        Write($"{Group}/cgroup.events", "populated 1\nfrozen 0\n");
        Task waiting = _state.AwaitAsync(7);
        Assert.False(waiting.IsCompleted);
        Write($"{Group}/cgroup.events", "populated 1\nfrozen 1\n");
        await waiting.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task The_freezer_of_version_1_counts_where_the_runtime_uses_it()
    {
        Write("/proc/1/mountinfo", "30 25 0:26 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n31 25 0:27 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer\n");
        Write("/proc/7/cgroup", "6:freezer:/kubepods/pod1/abc\n0::/kubepods\n");
        Write("/sys/fs/cgroup/unified/kubepods/cgroup.events", "frozen 0\n");
        Write("/sys/fs/cgroup/freezer/kubepods/pod1/abc/freezer.state", "FREEZING\n");
        Task waiting = _state.AwaitAsync(7);
        Assert.False(waiting.IsCompleted);
        Write("/sys/fs/cgroup/freezer/kubepods/pod1/abc/freezer.state", "FROZEN\n");
        await waiting.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void A_node_that_does_not_tell_is_believed() => Assert.True(_state.AwaitAsync(7).IsCompletedSuccessfully);

    private void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_node.On(path))!);
        File.WriteAllText(_node.On(path), text);
    }
}
