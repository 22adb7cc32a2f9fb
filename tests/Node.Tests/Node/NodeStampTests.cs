using System.Diagnostics;

using CheckpointOperator.NodeAgent.Node;

namespace CheckpointOperator.Node.Tests.Node;

/// <summary>What is seen of a change on the node without asking any program, and what looking costs.</summary>
public sealed class NodeStampTests : IDisposable
{
    private readonly TemporaryNode _node = new();
    private readonly NodeStamp _stamp;

    public NodeStampTests()
    {
        _stamp = new NodeStamp(_node.Root, _node.Options);
        foreach (string program in new[] { "/usr/sbin/criu", "/usr/sbin/runc", "/usr/bin/containerd" })
            Write(program, "one");
        Write("/etc/containerd/config.toml", "version = 2");
        Directory.CreateDirectory(_node.On("/etc/containerd/conf.d"));
        Directory.CreateDirectory(_node.On("/var/lib/checkpoint-operator/archives"));
    }

    public void Dispose() => _node.Dispose();

    [Theory]
    [InlineData("/usr/sbin/criu")]
    [InlineData("/usr/sbin/runc")]
    [InlineData("/usr/local/bin/crun")]
    [InlineData("/usr/bin/kubelet")]
    [InlineData("/etc/containerd/config.toml")]
    [InlineData("/etc/containerd/conf.d/more.toml")]
    [InlineData("/etc/crio/crio.conf.d/99-more.conf")]
    [InlineData("/opt/checkpoint-operator/bin/checkpoint-restore-runtime")]
    [InlineData("/run/checkpoint-operator/containerd-restart-pending")]
    public void A_file_that_matters_changes_it_when_it_comes_changes_and_goes(string path)
    {
        string first = _stamp.OfPrograms();
        Assert.Equal(first, _stamp.OfPrograms());
        Write(path, "two");
        string second = _stamp.OfPrograms();
        Assert.NotEqual(first, second);
        File.Delete(_node.On(path));
        Assert.NotEqual(second, _stamp.OfPrograms());
    }

    [Fact]
    public void An_archive_that_comes_and_goes_changes_that_of_the_store()
    {
        string none = _stamp.OfStore();
        Write("/var/lib/checkpoint-operator/archives/a.tar", "");
        string one = _stamp.OfStore();
        File.Delete(_node.On("/var/lib/checkpoint-operator/archives/a.tar"));
        Assert.NotEqual(none, one);
        Assert.NotEqual(one, _stamp.OfStore());
    }

    [Fact]
    public async Task A_store_that_is_mounted_read_only_is_seen()
    {
        Assert.True(_stamp.IsStoreWritable());
        string store = _node.On("/var/lib/checkpoint-operator/archives");
        (await HostCommand.RunAsync("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", store], TimeSpan.FromMinutes(1))).OrThrow();
        try
        {
            Assert.False(_stamp.IsStoreWritable());
            Assert.Contains("False", _stamp.OfStore(), StringComparison.Ordinal);
        }
        finally
        {
            (await HostCommand.RunAsync("umount", [store], TimeSpan.FromMinutes(1))).OrThrow();
        }
        Directory.Delete(store);
        Assert.True(_stamp.IsStoreWritable());
    }

    [Fact]
    public void A_look_takes_a_fraction_of_a_thousandth_of_the_time_between_two()
    {
        _stamp.OfPrograms();
        const int looks = 100;
        // The shortest, which other tests did not interrupt.
        TimeSpan shortest = Enumerable.Range(0, looks).Min(look =>
        {
            long start = Stopwatch.GetTimestamp();
            _ = _stamp.OfPrograms() + _stamp.OfStore();
            return Stopwatch.GetElapsedTime(start);
        });
        // Every five seconds: 5 ms would be the 0.1 % that an idle agent may take.
        Assert.InRange(shortest, TimeSpan.Zero, TimeSpan.FromMilliseconds(5));
    }

    private void Write(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_node.On(path))!);
        File.WriteAllText(_node.On(path), content);
        File.SetUnixFileMode(_node.On(path), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
