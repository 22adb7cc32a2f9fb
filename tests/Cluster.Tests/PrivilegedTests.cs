namespace CheckpointOperator.Cluster.Tests;

/// <summary>What a container does on its own root file system, and with a right to mount, goes on.</summary>
public sealed class PrivilegedTests(PrivilegedTests.Kinds kinds) : IClassFixture<PrivilegedTests.Kinds>
{
    [Fact]
    public void The_process_is_the_same() => Assert.Equal((string?)kinds.Before["identity"], (string?)kinds.After["identity"]);

    [Theory]
    [InlineData("inotify")]
    [InlineData("mounted")]
    [InlineData("nested")]
    public void A_watch_on_the_containers_own_root_a_tmpfs_and_a_mount_namespace_of_its_own_making_go_on(string kind)
    {
        Assert.Equal("ok", (string?)kinds.Before[kind]);
        Assert.Equal("ok", (string?)kinds.After[kind]);
    }

    /// <summary>All of them in one process; CLONE_NEWNS is 0x20000.</summary>
    public sealed class Kinds(ClusterFixture cluster) : RestoredKinds(cluster, "/tmp")
    {
        /// <inheritdoc/>
        protected override string Manifest => RowManifests.KindsPod(
            "row", "/tmp", ["identity", "inotify=/srv", "mounted", "nested=0x20000"], "securityContext: {capabilities: {add: [SYS_ADMIN]} }");
    }
}
