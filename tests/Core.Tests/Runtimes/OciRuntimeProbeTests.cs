using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Runtimes;

public sealed class OciRuntimeProbeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly OciRuntimeProbe _probe = new(new ProcessCommandRunner());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_runtime_like_runc_is_understood()
    {
        var path = Script("""
            case "$1 $2" in
            "--version ") printf 'runc version 1.1.15\ncommit: x\nspec: 1.0\n' ;;
            "checkpoint --help") echo usage ;;
            "restore --lsm-mount-context") echo 'flag needs an argument: -lsm-mount-context' >&2; exit 1 ;;
            *) exit 9 ;;
            esac
            """);
        var report = await _probe.ProbeAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(new OciRuntimeReport { Name = "runc", Path = path, Version = "1.1.15", Checkpoint = true, PodRestore = true }, report);
    }

    [Fact]
    public async Task A_runtime_like_crun_without_CRIU_is_understood()
    {
        var path = Script("""
            case "$1 $2" in
            "--version ") printf 'crun version 1.21\ncommit: x\n' ;;
            "restore --lsm-mount-context") echo "crun: option '--lsm-mount-context' requires an argument" ; exit 64 ;;
            *) echo 'unknown command' >&2; exit 1 ;;
            esac
            """);
        var report = await _probe.ProbeAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(new OciRuntimeReport { Name = "crun", Path = path, Version = "1.21", Checkpoint = false, PodRestore = true }, report);
    }

    [Fact]
    public async Task What_cannot_be_started_supports_nothing()
    {
        Assert.Null(await _probe.ProbeAsync(_folder["missing"], TestContext.Current.CancellationToken));
        Assert.False(await _probe.SupportsCheckpointAsync(_folder["missing"], TestContext.Current.CancellationToken));
        Assert.Null(await _probe.GetCriuVersionAsync(_folder["missing"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_program_that_does_not_end_is_killed_at_its_limit()
    {
        var command = new Command(Script("echo begun; sleep 600")) { Timeout = TimeSpan.FromMilliseconds(300) };
        var result = await new ProcessCommandRunner().RunAsync(command, TestContext.Current.CancellationToken);
        Assert.True(result.TimedOut);
        Assert.False(result.Succeeded);
        Assert.Equal("begun\n", result.Output);
    }

    [Fact]
    public async Task Output_is_cut_at_its_limit_and_the_program_still_ends()
    {
        var command = new Command(Script("head -c 5000000 /dev/zero; echo end >&2")) { MaxOutput = 1000 };
        var result = await new ProcessCommandRunner().RunAsync(command, TestContext.Current.CancellationToken);
        Assert.True(result.Succeeded);
        Assert.Equal(1000, result.Output.Length);
        Assert.Equal("end\n", result.Error);
    }

    private string Script(string text)
    {
        var path = _folder.Write("runtime", "#!/bin/bash\n" + text + "\n");
        _folder.Shell("chmod +x runtime");
        return path;
    }
}
