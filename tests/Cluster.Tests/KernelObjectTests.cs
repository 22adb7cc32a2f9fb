namespace CheckpointOperator.Cluster.Tests;

/// <summary>What the kernel keeps for a process works on in the restored container.</summary>
public sealed class KernelObjectTests(KernelObjectTests.Kinds kinds) : IClassFixture<KernelObjectTests.Kinds>
{
    [Fact]
    public void Nothing_but_the_memory_of_the_process_itself_knows_its_identity() => Assert.Equal((string?)kinds.Before["identity"], (string?)kinds.After["identity"]);

    [Fact]
    public void Threads_answer_each_other() => AssertOk("threads");

    [Fact]
    public void Timers_of_a_process_and_sleeping_threads_go_on() => AssertOk("timers");

    [Fact]
    public void Files_open_for_appending_half_read_or_deleted_are_as_they_were() => AssertOk("files");

    [Fact]
    public void Locks_of_files_are_held() => AssertOk("locks");

    [Fact]
    public void Pipes_and_socket_pairs_keep_what_is_in_them() => AssertOk("pipes");

    [Fact]
    public void Unix_sockets_with_names_stay_connected_and_accept_more() => AssertOk("unix");

    [Fact]
    public void A_watch_on_a_folder_of_a_volume_sees_new_files() => AssertOk("inotify");

    [Fact]
    public void An_epoll_set_tells_of_an_eventfd_that_kept_its_count() => AssertOk("epoll");

    [Fact]
    public void A_timerfd_expires() => AssertOk("timerfd");

    [Fact]
    public void A_signalfd_gives_the_signal_that_was_pending() => AssertOk("signalfd");

    [Fact]
    public void Memory_without_a_file_is_shared_with_the_child() => AssertOk("shared");

    [Fact]
    public void A_mapped_file_in_an_emptyDir_of_medium_Memory_is_the_same_file() => AssertOk("tmpfs");

    [Fact]
    public void Memory_of_256_MiB_has_the_digest_that_it_had() => AssertOk("memory");

    private void AssertOk(string kind)
    {
        Assert.Equal("ok", (string?)kinds.Before[kind]);
        Assert.Equal("ok", (string?)kinds.After[kind]);
    }

    /// <summary>All of them in one process.</summary>
    public sealed class Kinds(ClusterFixture cluster) : RestoredKinds(cluster, "/data")
    {
        /// <inheritdoc/>
        protected override string Manifest => RowManifests.KindsPod(
            "row", "/data",
            ["identity", "pipes", "unix", "shared", "files", "locks", "inotify", "epoll", "timerfd", "signalfd", "tmpfs", "memory", "threads", "timers"],
            volumes: ", {name: data, emptyDir: {} }, {name: memory, emptyDir: {medium: Memory} }",
            mounts: ", {name: data, mountPath: /data}, {name: memory, mountPath: /memory}");
    }
}
