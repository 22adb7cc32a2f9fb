using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Node;

namespace CheckpointOperator.Node.Tests.Node;

public sealed class CpuFeaturesTests
{
    [Fact]
    public void What_programs_can_tell_is_listed_and_what_only_the_kernel_uses_is_not()
    {
        NodeCpu cpu = CpuFeatures.Read("""
            processor	: 0
            vendor_id	: GenuineIntel
            flags		: fpu vme sse2 pti avx512f avx2 arch_capabilities xsave ibrs sha_ni constant_tsc

            processor	: 1
            vendor_id	: GenuineIntel
            flags		: fpu
            """);
        Assert.Equal("GenuineIntel", cpu.Vendor);
        Assert.Equal(["avx2", "avx512f", "fpu", "sha_ni", "sse2", "xsave"], cpu.Features);
    }

    [Fact]
    public void All_that_Arm_tells_is_for_programs()
    {
        NodeCpu cpu = CpuFeatures.Read("processor\t: 0\nFeatures\t: fp asimd atomics cpuid\nCPU implementer\t: 0x41\n");
        Assert.Equal(("0x41", "asimd atomics cpuid fp"), (cpu.Vendor, string.Join(' ', cpu.Features!)));
    }

    [Fact]
    public void This_machine_has_the_features_that_this_program_finds()
    {
        NodeCpu cpu = NodeFacts.Cpu();
        Assert.Equal(System.Runtime.Intrinsics.X86.Avx2.IsSupported, cpu.Features!.Contains("avx2"));
        Assert.Equal(System.Runtime.Intrinsics.X86.Popcnt.IsSupported, cpu.Features!.Contains("popcnt"));
        Assert.Equal(System.Runtime.Intrinsics.Arm.Aes.IsSupported, cpu.Vendor!.StartsWith("0x", StringComparison.Ordinal) && cpu.Features!.Contains("aes"));
        // 512 bytes of the old state and a header of 64 are there at least, where there is any.
        Assert.True(cpu.ExtendedStateBytes is null or >= 576);
    }

    [Theory]
    [InlineData("30 25 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw", "v2")]
    [InlineData("30 25 0:26 / /sys/fs/cgroup ro - tmpfs tmpfs ro\n31 30 0:27 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n32 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory", "v1")]
    [InlineData("32 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory", "v1")]
    public void Control_groups_are_of_version_2_where_nothing_else_is_mounted(string mountInfo, string version) =>
        Assert.Equal(version, NodeFacts.CgroupOf(mountInfo));

    [Fact]
    public void Free_space_is_that_of_the_folders_own_file_system()
    {
        using var node = new TemporaryNode();
        Directory.CreateDirectory(node.On("/var/lib/kubelet"));
        Assert.InRange(node.Root.AvailableBytes("/var/lib/kubelet")!.Value, 1, new DriveInfo(node.Path).TotalSize);
        Assert.Null(node.Root.AvailableBytes("/nowhere"));
    }
}
