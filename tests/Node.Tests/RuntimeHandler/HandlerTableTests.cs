using CheckpointOperator.NodeAgent.RuntimeHandler;

namespace CheckpointOperator.Node.Tests.RuntimeHandler;

/// <summary>The handler's tables, for both forms of containerd's configuration.</summary>
public sealed class HandlerTableTests
{
    // As containerd 2.x prints its configuration.
    private const string Dump = """
        version = 3
        imports = ['/etc/containerd/conf.d/*.toml']
        [plugins]
          [plugins.'io.containerd.cri.v1.runtime']
            enable_selinux = false
            [plugins.'io.containerd.cri.v1.runtime'.containerd]
              default_runtime_name = 'crun'
              [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes]
                [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.crun]
                  runtime_type = 'io.containerd.runc.v2'
                  runtime_path = ''
                  pod_annotations = ['example.org/*']
                  privileged_without_host_devices = true
                  sandboxer = 'podsandbox'
                  io_type = ''
                  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.crun.options]
                    BinaryName = '/usr/bin/crun'
                    IoUid = 0
                    SystemdCgroup = true
        """;

    [Fact]
    public void Version_3_names_the_runtime_plugin()
    {
        string tables = HandlerTable.WriteOwn(3, ContainerdConfiguration.Parse(Dump).Model(), "/opt/x");
        Assert.Equal("""
            [plugins."io.containerd.cri.v1.runtime".containerd.runtimes."checkpoint-restore"]
                pod_annotations = ["example.org/*", "restore.checkpoint-operator.io/*"]
                privileged_without_host_devices = true
                runtime_type = "io.containerd.runc.v2"
                sandboxer = "podsandbox"
              [plugins."io.containerd.cri.v1.runtime".containerd.runtimes."checkpoint-restore".options]
                BinaryName = "/opt/x"
                SystemdCgroup = true

            """, tables);
    }

    [Fact]
    public void Version_2_names_the_cri_plugin() =>
        Assert.StartsWith("[plugins.\"io.containerd.grpc.v1.cri\".containerd.runtimes.\"checkpoint-restore\"]\n",
            HandlerTable.WriteOwn(2, ContainerdConfiguration.Parse(Dump).Model(), "/opt/x"), StringComparison.Ordinal);

    [Fact]
    public void Version_1_is_refused_with_the_way_out()
    {
        var failure = Assert.Throws<RuntimeHandlerException>(() => HandlerTable.WriteOwn(1, new TomlTable(), "/opt/x"));
        Assert.Contains("containerd config migrate", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dump_with_the_handler_differs_in_nothing_else()
    {
        ContainerdConfiguration before = ContainerdConfiguration.Parse(Dump);
        string tables = HandlerTable.WriteOwn(3, before.Model(), "/opt/x");
        ContainerdConfiguration after = ContainerdConfiguration.Parse(Dump + "\n" + tables);
        Assert.Equal("/opt/x", after.Handler("checkpoint-restore")!.Table("options")!.Text("BinaryName"));
        Assert.Equal(before.Without("checkpoint-restore"), after.Without("checkpoint-restore"));
        Assert.NotEqual(before.Without("checkpoint-restore"),
            ContainerdConfiguration.Parse(Dump.Replace("enable_selinux = false", "enable_selinux = true", StringComparison.Ordinal)).Without("checkpoint-restore"));
    }

    [Fact]
    public void The_block_leaves_no_trace()
    {
        foreach (string text in new[] { "", "a = 1", "a = 1\n", "# äöü\n\n\n" })
            Assert.Equal(text, MarkedBlock.Remove(MarkedBlock.Append(text, "[b]\n")));
    }
}
