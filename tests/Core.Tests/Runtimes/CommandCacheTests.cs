using System.ComponentModel;
using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.Core.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace CheckpointOperator.Core.Tests.Runtimes;

public sealed class CommandCacheTests : IDisposable
{
    private static readonly Command Version = new("/runc", "--version");
    private static readonly CommandResult Good = new(0, "runc version 1", "", TimedOut: false);

    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new();
    private readonly ScriptedRunner _runner = new() { Answer = _ => Task.FromResult(Good) };
    private readonly CommandCache _cache;

    public CommandCacheTests() => _cache = new CommandCache(_runner, _time);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_program_that_stays_as_it_is_is_asked_once()
    {
        for (var time = 0; time < 3; time++)
            Assert.Equal(Good, await AskAsync());
        Assert.Equal(["--version"], _runner.Asked);
        await _cache.AskAsync(new Command("/runc", "features"), TestContext.Current.CancellationToken);
        await _cache.AskAsync(new Command("/crun", "features"), TestContext.Current.CancellationToken);
        Assert.Equal(["--version", "features", "features"], _runner.Asked);
    }

    [Fact]
    public async Task A_refusal_is_an_answer_too()
    {
        _runner.Answer = _ => Task.FromResult(new CommandResult(64, "", "requires an argument", TimedOut: false));
        await AskAsync();
        Assert.Equal(64, (await AskAsync())!.ExitCode);
        Assert.Single(_runner.Asked);
    }

    [Fact]
    public async Task A_program_is_asked_anew_when_anything_of_its_file_changed()
    {
        var program = _runner.Program!;
        ProgramIdentity[] others =
        [
            program with { Device = 9 }, program with { Inode = 9 }, program with { Size = 9 }, program with { Modified = ScriptedRunner.At(9) },
            program with { Changed = ScriptedRunner.At(9) }, program with { Path = "/usr/local/bin/runc" },
        ];
        await AskAsync();
        foreach (var other in others)
        {
            _runner.Program = other;
            await AskAsync();
            await AskAsync();
        }

        Assert.Equal(1 + others.Length, _runner.Asked.Count);
    }

    [Fact]
    public async Task A_program_that_is_gone_has_no_answer_and_its_old_one_counts_when_it_is_back()
    {
        var program = _runner.Program;
        await AskAsync();
        _runner.Program = null;
        Assert.Null(await AskAsync());
        _runner.Program = program;
        Assert.Equal(Good, await AskAsync());
        Assert.Single(_runner.Asked);
    }

    [Fact]
    public async Task An_answer_is_old_after_ten_minutes()
    {
        await AskAsync();
        _time.Advance(TimeSpan.FromSeconds(599));
        await AskAsync();
        Assert.Single(_runner.Asked);
        _time.Advance(TimeSpan.FromSeconds(1));
        await AskAsync();
        Assert.Equal(2, _runner.Asked.Count);
    }

    [Fact]
    public async Task Who_asks_at_once_shares_one_run()
    {
        var ending = new TaskCompletionSource<CommandResult>();
        _runner.Answer = _ => ending.Task;
        var asking = Enumerable.Range(0, 20).Select(_ => AskAsync()).ToArray();
        Assert.DoesNotContain(asking, task => task.IsCompleted);
        ending.SetResult(Good);
        Assert.All(await Task.WhenAll(asking), result => Assert.Equal(Good, result));
        Assert.Single(_runner.Asked);
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_run_to_the_others()
    {
        var ending = new TaskCompletionSource<CommandResult>();
        _runner.Answer = _ => ending.Task;
        using var giveUp = new CancellationTokenSource();
        var first = _cache.AskAsync(Version, giveUp.Token);
        var second = AskAsync();
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        ending.SetResult(Good);
        Assert.Equal(Good, await second);
        Assert.Single(_runner.Asked);
    }

    [Fact]
    public async Task A_time_out_is_not_kept()
    {
        _runner.Answer = _ => Task.FromResult(new CommandResult(-1, "", "", TimedOut: true));
        Assert.True((await AskAsync())!.TimedOut);
        _runner.Answer = _ => Task.FromResult(Good);
        Assert.Equal(Good, await AskAsync());
    }

    [Fact]
    public async Task A_fault_is_not_kept_and_not_hidden()
    {
        _runner.Answer = _ => throw new IOException("out of pipes");
        await Assert.ThrowsAsync<IOException>(AskAsync);
        _runner.Answer = _ => throw new Win32Exception(13);
        Assert.Null(await AskAsync());
        _runner.Answer = _ => Task.FromResult(Good);
        Assert.Equal(Good, await AskAsync());
    }

    [Fact]
    public async Task What_is_forgotten_is_asked_anew()
    {
        var probe = new OciRuntimeProbe(_runner);
        await probe.GetVersionAsync("/runc", TestContext.Current.CancellationToken);
        probe.Forget();
        await probe.GetVersionAsync("/runc", TestContext.Current.CancellationToken);
        Assert.Equal(2, _runner.Asked.Count);
    }

    [Theory]
    [InlineData("cp new runc")]
    [InlineData("mv new runc")]
    [InlineData("touch -r runc new; cp -p new runc")]
    [InlineData("ln -sf new runc")]
    public async Task A_real_program_that_was_changed_is_asked_anew(string change)
    {
        _folder.Write("runc", "#!/bin/sh\necho runc version 1.0; echo 1 >> asked\n".Replace("asked", _folder["asked"], StringComparison.Ordinal));
        _folder.Write("new", "#!/bin/sh\necho runc version 2.0; echo 1 >> asked\n".Replace("asked", _folder["asked"], StringComparison.Ordinal));
        _folder.Shell("chmod +x runc new");
        var probe = new OciRuntimeProbe(new ProcessCommandRunner());
        Assert.Equal("1.0", await probe.GetVersionAsync(_folder["runc"], TestContext.Current.CancellationToken));
        Assert.Equal("1.0", await probe.GetVersionAsync(_folder["runc"], TestContext.Current.CancellationToken));
        Assert.Single(File.ReadAllLines(_folder["asked"]));
        _folder.Shell(change);
        Assert.Equal("2.0", await probe.GetVersionAsync(_folder["runc"], TestContext.Current.CancellationToken));
        Assert.Equal(2, File.ReadAllLines(_folder["asked"]).Length);
    }

    private Task<CommandResult?> AskAsync() => _cache.AskAsync(Version, TestContext.Current.CancellationToken);
}
