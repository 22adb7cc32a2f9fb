using CheckpointOperator.NodeAgent.Restores;

namespace CheckpointOperator.Node.Tests.Restores;

public sealed class SameRuntimeTests
{
    // As seen where CRI-O's default runtime was changed between checkpoint and restore: "mnt: No mapping for 707:(null) mountpoint".
    [Theory]
    [InlineData("runc", "/usr/bin/crun")]
    [InlineData("crun", "/usr/sbin/runc")]
    public void What_one_runtime_dumped_the_other_is_not_asked_to_restore(string dumped, string restoring)
    {
        var refused = Assert.Throws<RestoreRefusedException>(() => SameRuntime.Require(dumped, restoring));
        Assert.Equal("RuntimeDiffers", refused.Reason);
        Assert.Contains($"taken with {dumped}", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("runc", "/usr/sbin/runc")]
    [InlineData("crun", "crun")]
    [InlineData(null, "/usr/bin/crun")]
    [InlineData("runc", "/opt/vendor/oci-runtime")]
    public void The_same_one_and_one_of_another_name_are(string? dumped, string restoring) => SameRuntime.Require(dumped, restoring);
}
