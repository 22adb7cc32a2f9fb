using System.Diagnostics;

using CheckpointOperator.NodeAgent.Launch;

using Microsoft.Extensions.Logging.Abstractions;

namespace CheckpointOperator.Node.Tests.Launch;

/// <summary>The node is a process in namespaces of its own.</summary>
public sealed class NodeProcessesTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("checkpoint-launch-").FullName;
    private Process _node = null!;
    private NodeProcesses _processes = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var start = new ProcessStartInfo("unshare", ["--mount", "--uts", "--ipc", "--net", "--cgroup", "sh", "-c", "hostname the-node && echo ready && exec sleep 600"])
        {
            RedirectStandardOutput = true,
        };
        _node = Process.Start(start)!;
        Assert.Equal("ready", await _node.StandardOutput.ReadLineAsync(Cancelled));
        _processes = new NodeProcesses(NullLogger<NodeProcesses>.Instance, _node.Id);
    }

    public async ValueTask DisposeAsync()
    {
        _processes.Dispose();
        _node.Kill();
        await _node.WaitForExitAsync(CancellationToken.None);
        _node.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_program_stands_in_the_nodes_namespaces_and_this_process_does_not()
    {
        NodeCommandResult result = await RunAsync("hostname; readlink /proc/self/ns/net /proc/self/ns/mnt /proc/self/ns/ipc /proc/self/ns/cgroup; pwd");
        string[] expected = ["the-node", .. new[] { "net", "mnt", "ipc", "cgroup" }.Select(name => File.ResolveLinkTarget($"/proc/{_node.Id}/ns/{name}", false)!.Name), "/"];
        Assert.Equal(expected, result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.NotEqual("the-node", Environment.MachineName);
    }

    [Fact]
    public async Task What_goes_on_after_a_program_does_so_in_this_process_own_namespaces()
    {
        string own = File.ResolveLinkTarget("/proc/self/ns/mnt", false)!.Name;
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            for (int run = 0; run < 20; run++)
            {
                await RunAsync("true");
                Assert.Equal(own, File.ResolveLinkTarget("/proc/thread-self/ns/mnt", false)!.Name);
                await Task.Yield();
                Assert.Equal(own, File.ResolveLinkTarget("/proc/thread-self/ns/mnt", false)!.Name);
            }
        }));
    }

    [Fact]
    public async Task It_leads_a_session_of_its_own_and_has_nothing_of_this_environment()
    {
        Environment.SetEnvironmentVariable("A_TOKEN", "secret");
        using var open = File.OpenHandle(Path.Combine(_folder, "open"), FileMode.Create, FileAccess.Write);
        NodeCommandResult result = await RunAsync("cut -d ' ' -f 6 /proc/$$/stat; echo $$; env | cut -d = -f 1 | grep -v -e _ -e SHLVL -e PWD | sort | tr '\\n' ' '; readlink /proc/$$/fd/*");
        string[] lines = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(lines[1], lines[0]);
        Assert.StartsWith("HOME LANG PATH ", lines[2], StringComparison.Ordinal);
        Assert.DoesNotContain(_folder, result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_it_ended_and_what_it_said_are_told()
    {
        NodeCommandResult result = await RunAsync("echo out; echo err >&2; exit 7");
        Assert.Equal(new NodeCommandResult(7, "out\n", "err\n"), result);
        Assert.Equal(128 + 9, (await RunAsync("kill -9 $$")).ExitCode);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_told_by_name()
    {
        NodeCommandResult missing = await _processes.RunAsync(new NodeCommand("no-such-program", []), Cancelled);
        Assert.Equal(NodeCommandResult.NotStarted, missing.ExitCode);
        Assert.Contains("no-such-program", missing.LastLine, StringComparison.Ordinal);
        Assert.Equal(NodeCommandResult.NotStarted, (await _processes.RunAsync(new NodeCommand("/no/such/program", []), Cancelled)).ExitCode);
    }

    [Fact]
    public async Task At_its_time_limit_it_is_killed_with_its_children()
    {
        string file = Path.Combine(_folder, "pid");
        var command = new NodeCommand("sh", ["-c", $"sleep 600 & echo $! > {file}; wait"]) { TimeLimit = TimeSpan.FromSeconds(5) };
        await Assert.ThrowsAsync<TimeoutException>(() => _processes.RunAsync(command, Cancelled));
        string stat = $"/proc/{File.ReadAllText(file).Trim()}/stat";
        // Killed, it is a zombie at most until its new parent has looked.
        Assert.True(!File.Exists(stat) || File.ReadAllText(stat).Contains(") Z ", StringComparison.Ordinal));
    }

    // As CRIU does it for its checks (CLONE_PARENT): what it makes so is a child of this process, not its own.
    [Fact]
    public async Task What_it_made_as_a_sibling_of_itself_leaves_no_zombie()
    {
        NodeCommandResult result = await _processes.RunAsync(new NodeCommand("perl", ["-MPOSIX", "-e", """
            my $clone = (POSIX::uname())[4] eq "aarch64" ? 220 : 56;
            my $sibling = syscall($clone, 0x8000 | 17, 0, 0, 0, 0);
            POSIX::_exit(0) if $sibling == 0;
            my $state;
            do { open(my $stat, "<", "/proc/$sibling/stat") or die "$sibling: $!"; $state = <$stat> } until $state =~ /\) Z /;
            print $sibling;
            """]), Cancelled);
        Assert.Equal(0, result.ExitCode);
        Assert.True(int.Parse(result.Output, System.Globalization.CultureInfo.InvariantCulture) > 0);
        Assert.False(Directory.Exists($"/proc/{result.Output}"), File.Exists($"/proc/{result.Output}/status") ? File.ReadAllText($"/proc/{result.Output}/status") : null);
    }

    [Fact]
    public async Task What_it_leaves_behind_goes_on()
    {
        string file = Path.Combine(_folder, "pid");
        await RunAsync($"sleep 600 > /dev/null 2>&1 & echo $! > {file}");
        using var left = Process.GetProcessById(int.Parse(File.ReadAllText(file), System.Globalization.CultureInfo.InvariantCulture));
        Assert.False(left.HasExited);
        left.Kill();
    }

    [Fact]
    public async Task Output_and_errors_go_into_one_file_made_anew()
    {
        string file = Path.Combine(_folder, "log");
        foreach (string word in new[] { "one", "two" })
            await _processes.RunAsync(new NodeCommand("sh", ["-c", $"echo {word}; echo {word} >&2"]) { OutputFile = file }, Cancelled);
        Assert.Equal("two\ntwo\n", await File.ReadAllTextAsync(file, Cancelled));
    }

    private Task<NodeCommandResult> RunAsync(string script) => _processes.RunAsync(new NodeCommand("sh", ["-c", script]), Cancelled);
}
