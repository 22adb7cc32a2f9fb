using System.Text;
using System.Text.Json.Nodes;

using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Engines;

namespace CheckpointOperator.Node.Tests.Engines;

public sealed class PodmanSpecTests
{
    private static readonly byte[] Config = Encoding.UTF8.GetBytes(
        """
        {"ociVersion":"1.2.0","process":{"user":{"uid":1000,"gid":33}},"root":{"path":"/run/containerd/x/rootfs","readonly":true},"hooks":{"prestart":[]},
         "mounts":[{"destination":"/proc","type":"proc","source":"proc"},
          {"destination":"/etc/hosts","type":"bind","source":"/var/lib/kubelet/pods/u/etc-hosts"},
          {"destination":"/dev/termination-log","type":"bind","source":"/var/lib/kubelet/pods/u/containers/c/1"},
          {"destination":"/data","type":"bind","source":"/var/lib/kubelet/pods/u/volumes/kubernetes.io~empty-dir/data","options":["rbind","rprivate","rw"]},
          {"destination":"/part","type":"bind","source":"/sub/folder","options":["rbind"]},
          {"destination":"/one","type":"bind","source":"/sub/file","options":["rbind"]}],
         "annotations":{"org.criu.config":"/x","io.kubernetes.cri.container-name":"c"},
         "linux":{"namespaces":[{"type":"pid"},{"type":"ipc","path":"/proc/5/ns/ipc"},{"type":"network","path":"/proc/5/ns/net"}]}}
        """);

    private readonly PodmanSpec _spec = PodmanSpec.Of(
        Config,
        [new PodVolume("data", PodVolume.EmptyDir, [new("/data", null), new("/part", "a/b"), new("/one", "f")])],
        path => path == "/sub/file");

    private JsonNode Written => JsonNode.Parse(_spec.ToBytes())!;

    [Fact]
    public void What_holds_on_this_node_only_is_left_out()
    {
        Assert.Equal("""{"path":"rootfs"}""", Written["root"]!.ToJsonString());
        Assert.Null(Written["hooks"]);
        Assert.Equal("""{"io.kubernetes.cri.container-name":"c"}""", Written["annotations"]!.ToJsonString());
        Assert.Equal("""[{"type":"pid"},{"type":"ipc"},{"type":"network","path":"/proc/5/ns/net"}]""", Written["linux"]!["namespaces"]!.ToJsonString());
    }

    [Fact]
    public void Volumes_become_podmans_own()
    {
        Assert.Equal(
            ["proc", "/var/lib/kubelet/pods/u/etc-hosts", "/dev/null", "/var/lib/containers/storage/volumes/data/_data", "/var/lib/containers/storage/volumes/data/_data/a/b", "/dev/null"],
            Written["mounts"]!.AsArray().Select(mount => (string)mount!["source"]!));
        Assert.Equal(["/data", "/part"], _spec.NamedVolumes.Select(volume => volume.Destination));
        Assert.Equal(["rbind", "rprivate", "rw"], _spec.NamedVolumes[0].Options);
    }

    [Fact]
    public void The_user_is_told_by_numbers() => Assert.Equal("1000:33", _spec.User);
}
