using System.Text;

using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Node;

namespace CheckpointOperator.Node.Tests.Engines;

public sealed class DumpOptionsTests : IDisposable
{
    private readonly DirectoryInfo _node = Directory.CreateTempSubdirectory();

    [Fact]
    public void The_folders_of_the_container_are_searched_but_for_what_is_mounted()
    {
        Make("srv", "etc", "proc", "data");
        Assert.Equal("skip-in-flight\nirmap-scan-path /etc\nirmap-scan-path /srv\n", Write("/proc", "/data/"));
    }

    [Fact]
    public void A_container_gives_CRIU_no_orders_by_the_names_of_its_folders()
    {
        Make("a\nexec-cmd", "b c", "-d", "é", "srv");
        Directory.CreateSymbolicLink(Path.Combine(_node.FullName, "bundle/rootfs/link"), "/proc");
        File.WriteAllText(Path.Combine(_node.FullName, "bundle/rootfs/file"), "");
        Assert.Equal("skip-in-flight\nirmap-scan-path /srv\n", Write());
    }

    public void Dispose() => _node.Delete(recursive: true);

    private void Make(params string[] folders)
    {
        foreach (string folder in folders)
            Directory.CreateDirectory(Path.Combine(_node.FullName, "bundle/rootfs", folder));
    }

    private string Write(params string[] mounts)
    {
        using var node = new NodeRoot(_node.FullName);
        var spec = new OciSpec { Mounts = [.. mounts.Select(mount => new OciMount { Destination = mount })] };
        var container = new RunningContainer(new ContainerId(ContainerId.Containerd, new string('a', 64)), "/bundle", "runc", "/run/runc", spec, Encoding.UTF8.GetBytes("{}"));
        return Encoding.ASCII.GetString(DumpOptions.Write(node, container));
    }
}
