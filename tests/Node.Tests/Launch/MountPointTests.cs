using CheckpointOperator.NodeAgent.Launch;

namespace CheckpointOperator.Node.Tests.Launch;

public sealed class MountPointTests
{
    [Fact]
    public void Octal_escapes_are_bytes()
    {
        MountPoint mount = Assert.Single(MountPoint.Parse("31 1 0:29 / /mnt/a\\040b\\134c\\303\\244 rw shared:1 master:2 - ext4 /dev/vda rw,errors=remount-ro\n"));
        Assert.Equal("/mnt/a b\\cä", mount.Path);
        Assert.Equal("ext4", mount.FileSystem);
        Assert.Equal("remount-ro", mount.Option("errors"));
        Assert.Null(mount.Option("error"));
    }

    [Fact]
    public void A_line_that_is_cut_off_is_left_out() => Assert.Empty(MountPoint.Parse("31 1 0:29 / /mnt rw shared:1"));

    [Fact]
    public void Control_group_hierarchies_are_named_as_in_proc_cgroup()
    {
        CgroupMount[] mounts = [.. CgroupMount.Parse(
            """
            32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw,relatime - cgroup cgroup rw,cpu,cpuacct
            40 31 0:37 /docker/x /sys/fs/cgroup/systemd rw - cgroup systemd rw,xattr,release_agent=/lib/x,name=systemd
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
            42 31 0:39 / /proc rw - proc proc rw
            """)];
        Assert.Equal(
            [new("/sys/fs/cgroup/cpu,cpuacct", "/", "cpu,cpuacct"), new("/sys/fs/cgroup/systemd", "/docker/x", "name=systemd"), new("/sys/fs/cgroup/unified", "/", "")],
            mounts);
    }

    [Fact]
    public void A_hierarchy_that_a_restore_mounts_for_a_moment_is_not_the_one_to_join()
    {
        CgroupMount[] mounts = [.. CgroupMount.Parse(
            """
            32 31 0:29 / /sys/fs/cgroup/pids rw,relatime - cgroup cgroup rw,pids
            41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw,nsdelegate
            90 31 0:29 / /run/checkpoint-operator/restores/restore-1/work/.criu.cgyard.BZsJcV/pids rw - cgroup none rw,pids
            91 31 0:38 / /run/checkpoint-operator/restores/restore-1/work/.criu.cgyard.BZsJcV/unified rw - cgroup2 none rw
            """)];
        Assert.Equal(["/sys/fs/cgroup/pids", "/sys/fs/cgroup/unified"], mounts.Select(mount => mount.MountPoint));
    }
}
