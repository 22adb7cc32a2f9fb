using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Operator;
using CheckpointOperator.Operator.Restores;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Operator;

public sealed class HostComparisonTests
{
    private const long MiB = 1024 * 1024;

    public static TheoryData<string, Action<ContainerCheckpointStatus, CheckpointNodeStatus>, string[]> Differences => new()
    {
        { "ArchitectureDiffers", (_, node) => node.Arch = "arm64", ["arm64", "amd64 at the checkpoint", "Restore on a node"] },
        { "PageSizeDiffers", (_, node) => node.PageSize = 65536, ["65536", "4096"] },
        { "CpuIncompatible", (_, node) => node.Cpu!.Features = ["sse2"], ["lacks avx2, avx512f", "GenuineIntel"] },
        { "CpuIncompatible", (_, node) => node.Cpu!.ExtendedStateBytes = 832, ["832 bytes", "2696"] },
        { "KernelTooOld", (_, node) => node.Kernel = "6.1.0-41-amd64", ["6.1.0-41-amd64", "older than 6.18.5"] },
        { "KernelTooOld", (_, node) => node.Kernel = "5.19.0", ["5.19.0"] },
        { "CgroupVersionDiffers", (_, node) => node.Cgroup = "v1", ["v1", "v2 at the checkpoint"] },
        { "CriuTooOld", (_, node) => node.Criu!.Version = "4.1.1", ["CRIU 4.1.1", "older than 4.2", "install"] },
        { "RuntimeMissing", (_, node) => node.Runtimes = [new NodeRuntime { Name = "crun", Checkpoint = true }], ["no runc that can restore", "Install"] },
        { "RuntimeMissing", (_, node) => node.Runtimes![0].Checkpoint = false, ["no runc"] },
        { "DiskFull", (_, node) => node.Storage!.ArchivesAvailableBytes = (100 + 63) * MiB, [$"{163 * MiB} bytes free", $"takes {164 * MiB}"] },
        { "DiskFull", (checkpoint, _) => checkpoint.Content!.MemoryBytes = 2000 * MiB, ["Make room"] },
        { "DiskFull", (_, node) => node.Storage!.VolumesAvailableBytes = 4 * MiB, ["free for Pods"] },
    };

    public static TheoryData<string, Action<ContainerCheckpointStatus, CheckpointNodeStatus>> Likenesses => new()
    {
        { "the same", (_, _) => { } },
        { "a newer kernel", (_, node) => node.Kernel = "7.0.1" },
        { "another build of the kernel", (_, node) => node.Kernel = "6.18.1-other" },
        { "a newer CRIU", (_, node) => node.Criu!.Version = "4.10" },
        { "a processor that has more", (_, node) => node.Cpu!.Features!.Add("vaes") },
        { "another vendor's processor that has as much", (_, node) => node.Cpu!.Vendor = "AuthenticAMD" },
        { "an older agent that tells less", (_, node) => (node.Arch, node.PageSize, node.Cgroup, node.Kernel, node.Storage, node.Cpu!.Features) = (null, null, null, null, null, null) },
        { "an older checkpoint that tells nothing", (checkpoint, _) => (checkpoint.Container, checkpoint.Content) = (null, null) },
        { "a version that cannot be read", (_, node) => node.Kernel = "weird" },
    };

    [Theory]
    [MemberData(nameof(Differences))]
    public void What_would_make_a_restore_fail_is_found_and_told(string reason, Action<ContainerCheckpointStatus, CheckpointNodeStatus> change, string[] told)
    {
        Obstacle obstacle = Assert.Single(Compare(change));
        Assert.Equal(reason, obstacle.Reason);
        Assert.False(obstacle.IsFinal);
        Assert.All(told, text => Assert.Contains(text, obstacle.Message, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Likenesses))]
    public void What_does_not_matter_is_no_difference(string what, Action<ContainerCheckpointStatus, CheckpointNodeStatus> change) =>
        Assert.True(Compare(change).Count == 0, what);

    [Fact]
    public void All_differences_are_told_the_gravest_first()
    {
        IReadOnlyList<Obstacle> all = Compare((_, node) => (node.Cgroup, node.Arch, node.Criu!.Version) = ("v1", "arm64", "3.19"));
        Assert.Equal(["ArchitectureDiffers", "CgroupVersionDiffers", "CriuTooOld"], all.Select(obstacle => obstacle.Reason));
    }

    [Theory]
    [InlineData("data", null)]
    [InlineData("claim", null)]
    [InlineData("settings", "VolumeDiffers")]
    [InlineData("elsewhere", null)]
    public void A_volume_may_have_another_source_of_a_like_kind(string replacement, string? reason)
    {
        V1Volume volume = replacement switch
        {
            "claim" => new V1Volume { Name = "data", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "kept" } },
            "settings" => new V1Volume { Name = "data", ConfigMap = new V1ConfigMapVolumeSource { Name = "settings" } },
            "elsewhere" => new V1Volume { Name = "not-mounted", ConfigMap = new V1ConfigMapVolumeSource { Name = "settings" } },
            _ => new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() },
        };
        Assert.Equal(reason, VolumeComparison.Find(Pod(), "main", new RestoreTemplateSpec { Volumes = [volume] })?.Reason);
    }

    [Fact]
    public void A_volume_that_the_kubelet_wrote_has_to_be_written_by_it_again()
    {
        Assert.Null(Replace(new V1Volume { Name = "token", Secret = new V1SecretVolumeSource { SecretName = "other" } }));
        Obstacle lost = Replace(new V1Volume { Name = "token", EmptyDir = new V1EmptyDirVolumeSource() })!;
        Assert.Equal(("VolumeDiffers", true), (lost.Reason, lost.IsFinal));
        Assert.Contains("/token was a projected volume", lost.Message, StringComparison.Ordinal);

        static Obstacle? Replace(V1Volume volume) => VolumeComparison.Find(Pod(), "main", new RestoreTemplateSpec { Volumes = [volume] });
    }

    [Theory]
    [InlineData("mine", null)]
    [InlineData("other", "VolumeDiffers")]
    public void A_claim_has_to_be_the_same_because_its_content_is_not_in_the_archive(string claim, string? reason)
    {
        V1PodSpec pod = Pod();
        pod.Volumes[0] = Claim("mine");
        Obstacle? found = VolumeComparison.Find(pod, "main", new RestoreTemplateSpec { Volumes = [Claim(claim)] });
        Assert.Equal(reason, found?.Reason);
        Assert.Equal(reason is null, found?.Message.Contains("was claim mine at the checkpoint, and spec.template makes it claim other", StringComparison.Ordinal) is not true);

        static V1Volume Claim(string name) => new() { Name = "data", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = name } };
    }

    [Fact]
    public void A_volume_that_the_container_had_and_the_Pod_does_not_describe_is_missed()
    {
        V1PodSpec pod = Pod();
        pod.Volumes = [];
        Assert.Equal("VolumeMissing", VolumeComparison.Find(pod, "main", null)?.Reason);
        Assert.Null(VolumeComparison.Find(pod, "side", null));
    }

    private static V1PodSpec Pod() => new()
    {
        Containers =
        [
            new V1Container { Name = "main", VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }, new V1VolumeMount { Name = "token", MountPath = "/token" }] },
            new V1Container { Name = "side" },
        ],
        Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }, new V1Volume { Name = "token", Projected = new V1ProjectedVolumeSource() }],
    };

    private static IReadOnlyList<Obstacle> Compare(Action<ContainerCheckpointStatus, CheckpointNodeStatus> change)
    {
        var checkpoint = new ContainerCheckpointStatus
        {
            Container = new CheckpointedContainer { Runtime = "runc", Arch = "amd64", PageSize = 4096, Kernel = "6.18.5", Cgroup = "v2", Criu = "4.2", Cpu = Cpu() },
            Archive = new ArchiveStatus { SizeBytes = 100 * MiB },
            Content = new ArchiveContent { MemoryBytes = 90 * MiB, RootfsDiffBytes = 5 * MiB },
        };
        var node = new V1Alpha1CheckpointNode
        {
            Metadata = new V1ObjectMeta { Name = "node1" },
            Status = new CheckpointNodeStatus
            {
                Runtimes = [new NodeRuntime { Name = "runc", Checkpoint = true }],
                Criu = new NodeCriu { Version = "4.2.1", Ok = true },
                Arch = "amd64",
                PageSize = 4096,
                Kernel = "6.18.9",
                Cgroup = "v2",
                Cpu = Cpu(),
                Storage = new NodeStorage { ArchivesAvailableBytes = 1000 * MiB, VolumesAvailableBytes = 1000 * MiB },
            },
        };
        change(checkpoint, node.Status);
        return HostComparison.Find(checkpoint, node);
    }

    private static NodeCpu Cpu() => new() { Vendor = "GenuineIntel", Features = ["avx2", "avx512f", "sse2"], ExtendedStateBytes = 2696 };
}
