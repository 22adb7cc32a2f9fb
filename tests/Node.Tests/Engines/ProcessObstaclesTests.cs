using System.Diagnostics;

using CheckpointOperator.NodeAgent.Engines;

namespace CheckpointOperator.Node.Tests.Engines;

public sealed class ProcessObstaclesTests
{
    [Theory]
    [InlineData(true, "(sleep) is stopped")]
    [InlineData(false, null)]
    public void A_stopped_child_is_in_the_way_where_the_freezer_is_that_of_version_1(bool stoppedToo, string? expected)
    {
        // The shell says its child's pid once the child is stopped, and ends it when its input does.
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-c", "sleep 1000 & until [ \"$(cat /proc/$!/comm)\" = sleep ]; do :; done; kill -STOP $!; until grep -q '^State:.T' /proc/$!/status; do :; done; echo $!; read -r _; kill -KILL $!"])
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        })!;
        try
        {
            string child = shell.StandardOutput.ReadLine()!;
            string? found = ProcessObstacles.Find("/proc", shell.Id, stoppedToo);
            if (expected is null)
                Assert.Null(found);
            else
                Assert.StartsWith($"process {child} {expected}", found, StringComparison.Ordinal);
        }
        finally
        {
            shell.StandardInput.Close();
            shell.WaitForExit();
        }
    }

    // Of a process of its own: below this one stand those of other tests, which CRIU traces while it dumps them.
    [Fact]
    public void Nothing_is_in_the_way_of_a_process_that_waits()
    {
        using Process shell = Process.Start(new ProcessStartInfo("sh", ["-c", "read -r _"]) { RedirectStandardInput = true })!;
        try
        {
            Assert.Null(ProcessObstacles.Find("/proc", shell.Id, stoppedToo: true));
        }
        finally
        {
            shell.StandardInput.Close();
            shell.WaitForExit();
        }
    }

    [Fact]
    public void A_process_that_has_ended_is_in_nobodys_way() => Assert.Null(ProcessObstacles.Find("/proc", int.MaxValue, stoppedToo: true));
}
