using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Runtimes;

public sealed class OciRuntimeProbeTests : IDisposable
{
    private const string LikeRunc = """
        case "$1 $2" in
        "--version ") printf 'runc version 1.1.15\ncommit: x\nspec: 1.0\n' ;;
        "checkpoint --help") echo usage ;;
        "restore --lsm-mount-context") echo 'flag needs an argument: -lsm-mount-context' >&2; exit 1 ;;
        *) exit 9 ;;
        esac
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly OciRuntimeProbe _probe = new(new ProcessCommandRunner());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_runtime_like_runc_is_understood()
    {
        var path = Script(LikeRunc);
        var report = await _probe.ProbeAsync(path, Cancellation);
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
        var report = await _probe.ProbeAsync(path, Cancellation);
        Assert.Equal(new OciRuntimeReport { Name = "crun", Path = path, Version = "1.21", Checkpoint = false, PodRestore = true }, report);
    }

    [Fact]
    public async Task A_runtime_whose_features_deny_checkpoints_has_none_whatever_its_help_says()
    {
        var path = Script("""
            case "$1" in
            --version) echo 'crun version 1.21' ;;
            features) echo '{"ociVersionMin":"1.0.0","ociVersionMax":"1.1.0+dev","annotations":{"org.opencontainers.runc.checkpoint.enabled":"true","run.oci.crun.checkpoint.enabled":"false"}}' ;;
            esac
            """);
        var report = (await _probe.ProbeAsync(path, Cancellation))!;
        Assert.False(report.Checkpoint);
        Assert.False(report.PodRestore);
        Assert.Equal(new OciRuntimeFeatures { OciVersionMin = "1.0.0", OciVersionMax = "1.1.0+dev", Checkpoint = false }, report.Features);
    }

    [Theory]
    [InlineData("""{"ociVersionMax":"1.2.0","linux":{"selinux":{"enabled":true}},"annotations":{"org.opencontainers.runc.checkpoint.enabled":"true"}}""", true, true)]
    [InlineData("""{"ociVersionMax":"1.2.0","linux":{"selinux":{"enabled":false}},"annotations":{}}""", null, false)]
    [InlineData("""{"ociVersionMax":"1.2.0","linux":[],"annotations":"x"}""", null, null)]
    [InlineData("""{"ociVersionMax":"1.2.0"}""", null, null)]
    public void Features_are_read_and_what_they_do_not_say_is_not_known(string json, bool? checkpoint, bool? selinux)
    {
        var features = OciRuntimeFeatures.TryParse(json);
        Assert.Equal(new OciRuntimeFeatures { OciVersionMax = "1.2.0", Checkpoint = checkpoint, SELinux = selinux }, features);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("Usage: runtime COMMAND")]
    [InlineData("""{"ociVersionMax":1}""")]
    public void Other_output_is_no_features(string output) => Assert.Null(OciRuntimeFeatures.TryParse(output));

    [Theory]
    [InlineData("echo 'flag needs an argument: -lsm-mount-context'; exit 0")]
    [InlineData("echo 'unknown flag: --lsm-mount-context' >&2; exit 1")]
    [InlineData("exit 1")]
    public async Task A_runtime_that_ends_otherwise_than_by_missing_the_value_cannot_restore_into_a_Pod(string script) =>
        Assert.False(await _probe.SupportsPodRestoreAsync(Script(script), Cancellation));

    [Fact]
    public async Task What_cannot_be_started_supports_nothing()
    {
        _folder.Shell("printf '\\177ELFnonsense' > broken; chmod +x broken");
        foreach (var path in (string[])[_folder["missing"], _folder["broken"], _folder.Path])
        {
            Assert.Null(await _probe.ProbeAsync(path, Cancellation));
            Assert.Null(await _probe.ProbeCriuAsync(path, Cancellation));
            Assert.False(await _probe.SupportsCheckpointAsync(path, Cancellation));
            Assert.Null(await _probe.GetCriuVersionAsync(path, Cancellation));
        }
    }

    [Fact]
    public async Task A_program_that_says_something_else_has_no_version()
    {
        var path = Script("echo 'usage: something'; exit 0");
        Assert.Null(await _probe.GetVersionAsync(path, Cancellation));
        Assert.Null(await _probe.GetCriuVersionAsync(path, Cancellation));
        Assert.Equal("runtime", (await _probe.ProbeAsync(path, Cancellation))!.Name);
    }

    [Fact]
    public async Task CRIU_and_what_it_lacks_are_told_without_the_places_in_its_source()
    {
        var path = Script("""
            case "$*" in
            --version) echo 'Version: 4.2.1' ;;
            check) echo 'Looks good.' ;;
            "check --all")
              echo 'Warn  (criu/cr-check.c:824): Dirty tracking is OFF. Memory snapshot will not work.' >&2
              echo 'Error (criu/cr-check.c:1007): failed to mount autofs: Invalid argument' >&2
              printf 'Looks good but some kernel features are missing\nwhich, depending on your process tree, may cause\ndump or restore failure.\n'
              exit 1 ;;
            esac
            """);
        var report = await _probe.ProbeCriuAsync(path, Cancellation);
        Assert.Equal(
            new CriuReport
            {
                Path = path,
                Version = "4.2.1",
                Check = new CriuCheck(true, []),
                CheckAll = new CriuCheck(false, ["Dirty tracking is OFF. Memory snapshot will not work.", "failed to mount autofs: Invalid argument"]),
            },
            report);
    }

    [Fact]
    public async Task CRIU_that_may_not_check_says_why_and_is_asked_no_further()
    {
        var path = Script("""
            case "$*" in
            --version) echo 'Version: 4.2.1' ;;
            check) printf 'CRIU needs to have the CAP_SYS_ADMIN capability: \nsetcap cap_checkpoint_restore+eip criu\n' >&2; exit 1 ;;
            *) touch asked-further ;;
            esac
            """);
        var report = (await _probe.ProbeCriuAsync(path, Cancellation))!;
        Assert.Equal(new CriuCheck(false, ["CRIU needs to have the CAP_SYS_ADMIN capability: setcap cap_checkpoint_restore+eip criu"]), report.Check);
        Assert.Null(report.CheckAll);
        Assert.False(File.Exists(_folder["asked-further"]));
    }

    [Fact]
    public async Task A_runtime_that_hangs_is_asked_no_more_and_the_report_says_so()
    {
        var runner = new ScriptedRunner { Answer = _ => Task.FromResult(new CommandResult(-1, "runc version 9", "", TimedOut: true)) };
        var report = (await new OciRuntimeProbe(runner).ProbeAsync("/runc", Cancellation))!;
        Assert.Equal(["--version"], runner.Asked);
        Assert.False(report.Checkpoint);
        Assert.Contains("/runc --version did not end in time", report.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task CRIU_that_hangs_has_no_check()
    {
        var runner = new ScriptedRunner
        {
            Answer = command => Task.FromResult(command is ["--version"] ? new CommandResult(0, "Version: 4.2", "", false) : new CommandResult(-1, "", "", TimedOut: true)),
        };
        Assert.Equal(new CriuReport { Path = "criu", Version = "4.2" }, await new OciRuntimeProbe(runner).ProbeCriuAsync(cancellationToken: Cancellation));
    }

    private string Script(string text)
    {
        var path = _folder.Write("runtime", $"#!/bin/bash\ncd '{_folder.Path}'\n{text}\n");
        _folder.Shell("chmod +x runtime");
        return path;
    }

    [Fact]
    public void Features_with_text_that_is_not_Unicode_are_none() => Assert.Null(OciRuntimeFeatures.TryParse("""{"ociVersionMax":"\ud800"}"""));
}
