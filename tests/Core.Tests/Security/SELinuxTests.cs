using System.Text;
using CheckpointOperator.Core.Security;

namespace CheckpointOperator.Core.Tests.Security;

public sealed class SELinuxTests
{
    private const string WithSELinux = "nodev\tsysfs\nnodev\tselinuxfs\n\text4\n";

    [Theory]
    [InlineData(WithSELinux, "system_u:system_r:container_t:s0:c1,c2\0", true)]
    [InlineData(WithSELinux, "kernel\0", false)]
    [InlineData("nodev\tsysfs\n\text4\n", "docker-default (enforce)\n", false)]
    [InlineData("nodev\tnotselinuxfs\n", "system_u:system_r:container_t:s0\0", false)]
    public void It_is_on_when_the_kernel_has_it_and_a_policy(string fileSystems, string ownLabel, bool on) =>
        Assert.Equal(on, SELinux.IsOn(fileSystems, () => Encoding.ASCII.GetBytes(ownLabel)));

    [Fact]
    public void A_kernel_without_it_is_not_asked_for_a_label() =>
        Assert.False(SELinux.IsOn("nodev\tsysfs\n", () => throw new IOException("attr/current: Invalid argument")));

    [Fact]
    public void This_kernel_says_the_same_by_selinuxfs() =>
        Assert.Equal(File.Exists("/sys/fs/selinux/policyvers") && File.ReadAllText("/proc/self/attr/current").Contains(':', StringComparison.Ordinal), SELinux.IsEnabled);
}
