namespace CheckpointOperator.Cluster.Tests;

/// <summary>A container of a user without rights goes on as that user.</summary>
public sealed class NonRootTests(NonRootTests.Pod pod) : IClassFixture<NonRootTests.Pod>
{
    [Fact]
    public void Its_process_is_the_same() => Assert.Equal((string?)pod.Before["identity"], (string?)pod.After["identity"]);

    [Theory]
    [InlineData("threads")]
    [InlineData("timers")]
    [InlineData("files")]
    [InlineData("locks")]
    [InlineData("pipes")]
    [InlineData("unix")]
    [InlineData("epoll")]
    [InlineData("signalfd")]
    [InlineData("shared")]
    public void What_the_kernel_keeps_for_it_works_on(string kind)
    {
        Assert.Equal("ok", (string?)pod.Before[kind]);
        Assert.Equal("ok", (string?)pod.After[kind]);
    }

    [Fact]
    public async Task It_is_still_that_user_in_its_groups_without_capabilities()
    {
        string status = await pod.ExecAsync("cat", "/proc/1/status");
        Assert.Contains("Uid:\t1234\t1234\t1234\t1234\n", status, StringComparison.Ordinal);
        Assert.Contains("Gid:\t2345\t2345\t2345\t2345\n", status, StringComparison.Ordinal);
        Assert.Equal(["2345", "3456", "4567"], Line(status, "Groups:").Order(StringComparer.Ordinal));
        Assert.Equal(["0000000000000000"], Line(status, "CapEff:"));
        Assert.Equal(["0000000000000000"], Line(status, "CapPrm:"));
    }

    [Fact]
    public async Task Its_files_are_its_own_in_the_root_file_system_and_in_a_volume_of_its_group()
    {
        Assert.Equal("1234:2345", (await pod.ExecAsync("stat", "-c", "%u:%g", "/tmp/appended")).Trim());
        Assert.Equal("1234:3456", (await pod.ExecAsync("sh", "-c", "echo new > /data/new && stat -c %u:%g /data/new")).Trim());
    }

    private static string[] Line(string status, string name) =>
        status.Split('\n').Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The Pod of user 1234.</summary>
    public sealed class Pod(ClusterFixture cluster) : RestoredKinds(cluster, "/tmp")
    {
        /// <inheritdoc/>
        protected override string Manifest => RowManifests.KindsPod(
            "row", "/tmp",
            ["identity", "pipes", "unix", "shared", "files", "locks", "epoll", "signalfd", "threads", "timers"],
            "securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]} }",
            ", {name: data, emptyDir: {} }", ", {name: data, mountPath: /data}",
            "securityContext: {runAsNonRoot: true, runAsUser: 1234, runAsGroup: 2345, fsGroup: 3456, supplementalGroups: [4567] }");
    }
}
