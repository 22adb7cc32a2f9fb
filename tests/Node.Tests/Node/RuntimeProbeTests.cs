using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Node;

namespace CheckpointOperator.Node.Tests.Node;

/// <summary>What the real runc, crun and CRIU of a node answer, and that they are asked once.</summary>
public sealed class RuntimeProbeTests : IDisposable
{
    private readonly NodeFixture _node;
    private readonly NodeRoot _root;
    private readonly CountingRunner _runner;
    private readonly OciRuntimeProbe _probe;

    public RuntimeProbeTests(NodeFixture node)
    {
        _node = node;
        _root = new NodeRoot(node.Root);
        _runner = new CountingRunner(new NodeCommandRunner(new NodeCommands(node), _root));
        _probe = new OciRuntimeProbe(_runner);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("runc")]
    [InlineData("crun")]
    public async Task Both_runtimes_tell_what_they_can_do(string name)
    {
        OciRuntimeReport report = (await _probe.ProbeAsync(name, Cancellation))!;
        string version = (await _node.RunAsync($"{name} --version | sed -n 1p | cut -d ' ' -f 3")).Trim();
        Assert.Equal((name, version, true, true, null), (report.Name, report.Version, report.Checkpoint, report.PodRestore, report.Problem));
        Assert.True(report.Features!.Checkpoint);
        Assert.True(report.Features.SELinux);
        Assert.StartsWith("1.", report.Features.OciVersionMax, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Criu_tells_its_version_and_passes_its_check_of_the_kernel()
    {
        CriuReport report = (await _probe.ProbeCriuAsync(cancellationToken: Cancellation))!;
        Assert.Equal((await _node.RunAsync("criu --version | sed -n 1p | cut -d ' ' -f 2")).Trim(), report.Version);
        Assert.Equal(new CriuCheck(true, []), report.Check);
        // What the kernel lacks for some programs differs between kernels; that it is told does not.
        bool all = (await _node.TryAsync("criu check --all")).ExitCode == 0;
        Assert.Equal(all, report.CheckAll!.Passed);
        Assert.Equal(all, report.CheckAll.Problems.Count == 0);
        Assert.DoesNotContain(report.CheckAll.Problems, problem => problem.Contains("criu/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Criu_that_lacks_something_in_the_kernel_says_what()
    {
        // Without a network TCP repair cannot be tried; without what it found before in /run it tries.
        await _node.RunAsync("""
            mkdir -p /usr/local/sbin
            cat > /usr/local/sbin/criu-alone <<'END'
            #!/bin/sh
            exec unshare --net --mount sh -c 'mount -t tmpfs tmpfs /run && exec criu "$@"' criu "$@"
            END
            chmod +x /usr/local/sbin/criu-alone
            """);
        CriuReport report = (await _probe.ProbeCriuAsync("criu-alone", Cancellation))!;
        Assert.NotNull(report.Version);
        Assert.False(report.Check!.Passed);
        Assert.Contains(report.Check.Problems, problem => problem.Contains("tcp_repair", StringComparison.Ordinal));
        Assert.Null(report.CheckAll);
    }

    [Fact]
    public async Task A_runtime_is_asked_once_until_another_is_installed_in_its_place()
    {
        await _node.RunAsync("mkdir -p /usr/local/sbin; cp /usr/bin/crun /usr/local/sbin/probed");
        OciRuntimeReport first = (await _probe.ProbeAsync("probed", Cancellation))!;
        Assert.Equal("crun", first.Name);
        int asked = _runner.Runs;
        Assert.Equal(first, await _probe.ProbeAsync("probed", Cancellation));
        Assert.Equal(asked, _runner.Runs);

        await _node.RunAsync("cp $(command -v runc) /usr/local/sbin/probed");
        Assert.Equal("runc", (await _probe.ProbeAsync("probed", Cancellation))!.Name);
        Assert.True(_runner.Runs > asked);

        await _node.RunAsync("rm /usr/local/sbin/probed");
        Assert.Null(await _probe.ProbeAsync("probed", Cancellation));
    }

    private sealed class CountingRunner(ICommandRunner inner) : ICommandRunner
    {
        public int Runs { get; private set; }

        public ProgramIdentity? Identify(string program) => inner.Identify(program);

        public Task<Core.Runtimes.CommandResult> RunAsync(Command command, CancellationToken cancellationToken = default)
        {
            Runs++;
            return inner.RunAsync(command, cancellationToken);
        }
    }
}
