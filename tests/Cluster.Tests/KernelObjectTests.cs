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

    [Fact]
    public void A_mapped_file_in_shared_memory_is_the_same_file() => AssertOk("shm");

    [Fact]
    public void A_file_of_shared_memory_without_a_name_is_still_mapped() => AssertOk("unlinked");

    [Fact]
    public void A_mapped_file_in_the_tmpfs_that_the_runtime_mounts_is_the_same_file() => AssertOk("dev");

    [Fact]
    public void Connections_over_the_loopback_go_on_at_another_address() => AssertOk("loopback");

    [Fact]
    public void A_sealed_file_of_memory_keeps_its_content_and_its_seals() => AssertOk("memfd");

    [Fact]
    public void A_context_of_asynchronous_input_reads_on() => AssertOk("aio");

    [Fact]
    public void System_Vs_shared_memory_semaphores_and_messages_are_as_they_were() => AssertOk("sysv");

    [Fact]
    public void A_child_that_has_ended_still_tells_how() => AssertOk("zombie");

    [Fact]
    public void Nice_values_and_scheduling_policies_are_kept() => AssertOk("priorities");

    [Fact]
    public void The_monotonic_clock_goes_on_and_timers_by_it_are_in_time() => AssertOk("clock");

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
            ["identity", "pipes", "unix", "shared", "files", "locks", "inotify", "epoll", "timerfd", "signalfd", "tmpfs", "memory", "threads", "timers",
                "shm", "unlinked", "dev", "loopback", "memfd", "aio", "sysv", "zombie", "priorities", "clock"],
            volumes: ", {name: data, emptyDir: {} }, {name: memory, emptyDir: {medium: Memory} }",
            mounts: ", {name: data, mountPath: /data}, {name: memory, mountPath: /memory}");
    }
}
