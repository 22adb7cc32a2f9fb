using System.Text;

using CheckpointOperator.NodeAgent.Containers;

namespace CheckpointOperator.Node.Tests.Containers;

public sealed class SharedMemoryTests
{
    private const string Sandbox = "5409db27112f727934690519edded9e9d6aba896e9f784af09041aa772ec3601";
    private const string Other = "91b4847a2b441fea223e4df311462b84de5791af2daed907668d8113a962e806";

    [Theory]
    [InlineData(ContainerId.Containerd, $"/run/containerd/io.containerd.grpc.v1.cri/sandboxes/{Sandbox}/shm")]
    [InlineData(ContainerId.CriO, $"/run/containers/storage/overlay-containers/{Sandbox}/userdata/shm")]
    public void It_is_the_folder_that_the_engine_made_for_the_sandbox(string engine, string source) =>
        Assert.Equal(source, SharedMemory.SourceIn(Container(engine, "/dev/shm", source)));

    [Theory]
    [InlineData("/dev/shm", "/dev/shm")] // hostIPC
    [InlineData("/dev/shm", "/var/lib/kubelet/pods/x/volumes/kubernetes.io~empty-dir/shm")]
    [InlineData("/dev/shm", $"/run/containerd/io.containerd.grpc.v1.cri/sandboxes/{Other}/shm")]
    [InlineData("/data", $"/run/containerd/io.containerd.grpc.v1.cri/sandboxes/{Sandbox}/shm")]
    public void Nothing_else_is(string destination, string source) =>
        Assert.Null(SharedMemory.SourceIn(Container(ContainerId.Containerd, destination, source)));

    [Fact]
    public void A_pod_of_CRI_O_cannot_claim_a_sandbox_in_containerds_words() =>
        Assert.Null(SharedMemory.SourceIn(Container(ContainerId.CriO, "/dev/shm", $"/host/{Other}/shm", claimed: Other)));

    private static RunningContainer Container(string engine, string destination, string source, string claimed = Sandbox)
    {
        var spec = new OciSpec
        {
            Annotations = new Dictionary<string, string> { ["io.kubernetes.cri.sandbox-id"] = claimed, ["io.kubernetes.cri-o.SandboxID"] = Sandbox },
            Mounts = [new OciMount { Destination = destination, Source = source }],
        };
        return new RunningContainer(new ContainerId(engine, Other), "/bundle", "runc", "/run/runc", spec, Encoding.UTF8.GetBytes("{}"));
    }
}
