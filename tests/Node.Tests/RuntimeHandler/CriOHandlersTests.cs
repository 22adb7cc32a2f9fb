using CheckpointOperator.NodeAgent.RuntimeHandler;

namespace CheckpointOperator.Node.Tests.RuntimeHandler;

/// <summary>What becomes of CRI-O's configuration, in the form that <c>crio status config</c> of 1.37 was seen to print.</summary>
public sealed class CriOHandlersTests
{
    private const string Program = "/opt/checkpoint-operator/bin/checkpoint-restore-runtime";

    private const string Configuration = """
        [crio]
          root = "/var/lib/containers/storage"
          runroot = "/run/containers/storage"
          [crio.runtime]
            default_runtime = "DEFAULT"
            hooks_dir = ["/usr/share/containers/oci/hooks.d"]
            [crio.runtime.runtimes]
              [crio.runtime.runtimes.crun]
                runtime_config_path = ""
                runtime_path = ""
                runtime_type = "oci"
                runtime_root = "/run/crun"
                allowed_annotations = ["io.containers.trace-syscall", "devices.crio.io"]
                monitor_path = ""
                monitor_cgroup = "system.slice"
                monitor_env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
                container_min_memory = "500KiB"
                no_sync_log = false
                container_create_timeout = 240
              [crio.runtime.runtimes.runc]
                runtime_path = "/usr/sbin/runc"
                runtime_type = ""
                runtime_root = "/run/runc"
                monitor_path = "/usr/bin/conmon"
              [crio.runtime.runtimes.kata]
                runtime_path = "/usr/bin/containerd-shim-kata-v2"
                runtime_type = "vm"
        """;

    private static CriOHandlers With(string @default) => CriOHandlers.Parse(Configuration.Replace("DEFAULT", @default, StringComparison.Ordinal));

    [Fact]
    public void The_drop_in_is_the_default_handler_with_our_program() => Assert.Equal(
        $"""
        # Written by checkpoint-agent install-runtime; remove with checkpoint-agent uninstall-runtime.
        [crio.runtime.runtimes.checkpoint-restore]
        allowed_annotations = ["io.containers.trace-syscall", "devices.crio.io"]
        container_create_timeout = 240
        container_min_memory = "500KiB"
        monitor_cgroup = "system.slice"
        monitor_env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
        runtime_path = "{Program}"
        runtime_root = "/run/crun"
        runtime_type = "oci"

        """,
        With("crun").DropIn(Program));

    [Theory]
    [InlineData("crun", "crun")]
    [InlineData("runc", "/usr/sbin/runc")]
    [InlineData("kata", "/usr/sbin/runc")]
    public void The_runtime_behind_it_is_the_default_one_or_else_runc(string @default, string runtime) => Assert.Equal(runtime, With(@default).Runtime);

    [Fact]
    public void Without_a_runtime_that_conmon_runs_there_is_nothing_to_stand_for()
    {
        CriOHandlers handlers = CriOHandlers.Parse("[crio.runtime]\ndefault_runtime = \"kata\"\n[crio.runtime.runtimes.kata]\nruntime_type = \"vm\"\n");
        var failure = Assert.Throws<RuntimeHandlerException>(() => handlers.DropIn(Program));
        Assert.Contains("type oci", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Our_handler_is_seen_once_CRI_O_has_it()
    {
        Assert.Null(With("runc").Program);
        Assert.Equal(Program, CriOHandlers.Parse($"[crio.runtime.runtimes.checkpoint-restore]\nruntime_path = \"{Program}\"\n").Program);
    }
}
