using System.Diagnostics;

using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Node;

namespace CheckpointOperator.Node.Tests.Containers;

/// <summary>A real control group of this machine, and a process that stands in a group below it, as a container's may.</summary>
public sealed class ContainerFreezerTests : IDisposable
{
    private static readonly string Id = Guid.NewGuid().ToString("N") + Guid.NewGuid().ToString("N");

    private readonly NodeRoot _node = new("/");
    private readonly string _group;
    private readonly Process _process;

    public ContainerFreezerTests()
    {
        CgroupMount[] mounts = [.. CgroupMount.Parse(File.ReadAllText("/proc/self/mountinfo"))];
        CgroupMount mount = mounts.FirstOrDefault(mount => mount.Controllers == "freezer") ?? mounts.Single(mount => mount.Controllers.Length == 0);
        string own = File.ReadAllLines("/proc/self/cgroup").Select(line => line.Split(':', 3)).Single(fields => fields[1] == mount.Controllers)[2];
        _group = $"{mount.MountPoint}{own.TrimEnd('/')}/{Id}";
        Directory.CreateDirectory($"{_group}/below");
        _process = Process.Start(new ProcessStartInfo("sh", ["-c", $"echo $$ > {_group}/below/cgroup.procs; echo in; while read line; do echo $line; done"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        Assert.Equal("in", _process.StandardOutput.ReadLine());
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        Directory.Delete($"{_group}/below");
        Directory.Delete(_group);
        _node.Dispose();
    }

    [Fact]
    public async Task A_frozen_process_does_not_answer_and_a_thawed_one_does()
    {
        ContainerFreezer freezer = Assert.IsType<ContainerFreezer>(Find(Id));
        await freezer.FreezeAsync();
        await _process.StandardInput.WriteLineAsync("asked");
        Task<string?> answer = _process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask();
        await Assert.ThrowsAsync<TimeoutException>(() => answer.WaitAsync(TimeSpan.FromMilliseconds(200), TestContext.Current.CancellationToken));
        await freezer.ThawAsync();
        Assert.Equal("asked", await answer);
    }

    [Fact]
    public void Where_no_group_bears_the_containers_id_nothing_is_frozen() => Assert.Null(Find(Id.Replace('a', 'b')[..^1] + "!"));

    [Fact]
    public void Of_a_process_that_is_gone_nothing_is_frozen() => Assert.Null(ContainerFreezer.Find(_node, Container(Id), int.MaxValue));

    private ContainerFreezer? Find(string id) => ContainerFreezer.Find(_node, Container(id), _process.Id);

    private static RunningContainer Container(string id) => new(new ContainerId(ContainerId.Containerd, id), "/bundle", "runc", "/run/runc", new OciSpec(), "{}"u8.ToArray());
}
