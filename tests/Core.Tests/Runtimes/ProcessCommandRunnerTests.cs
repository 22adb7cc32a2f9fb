using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Runtimes;

public sealed class ProcessCommandRunnerTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(500);
    private readonly TemporaryFolder _folder = new();
    private readonly ProcessCommandRunner _runner = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_program_gets_its_arguments_as_they_are_this_process_s_environment_and_no_input()
    {
        var result = await RunAsync("""printf '%s|' "$@"; printf "$HOME"; cat; echo wrong >&2; exit 7""", "a b", "", "*", "'\"\\");
        Assert.Equal(new CommandResult(7, $"a b||*|'\"\\|{Environment.GetEnvironmentVariable("HOME")}", "wrong\n", TimedOut: false), result);
    }

    [Fact]
    public async Task A_program_that_a_signal_ends_has_the_exit_code_that_shells_give()
    {
        Assert.Equal(128 + 9, (await RunAsync("kill -9 $$")).ExitCode);
        Assert.Equal(128 + 15, (await RunAsync("kill -15 $$")).ExitCode);
    }

    [Fact]
    public async Task A_program_starts_with_the_signals_of_a_fresh_one()
    {
        // .NET ignores SIGPIPE: yes would write on for ever instead of ending by it.
        Assert.Equal("141\n", (await RunAsync("yes | head -1 > /dev/null; echo ${PIPESTATUS[0]}")).Output);
        Assert.Contains("SigBlk:\t0000000000000000", (await RunAsync("cat /proc/self/status")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_inherits_no_other_descriptors()
    {
        using var open = File.OpenHandle(_folder.Write("secret", "x"));
        Assert.DoesNotContain("secret", (await RunAsync("ls -l /proc/self/fd")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_does_not_end_is_killed_at_its_limit_and_what_it_said_is_kept()
    {
        var result = await RunAsync("trap '' TERM INT HUP; echo begun; while :; do sleep 600; done", Soon);
        Assert.Equal(new CommandResult(-1, "begun\n", "", TimedOut: true), result);
        Assert.False(result.Succeeded);
    }

    [Fact]
    public async Task A_program_that_prints_for_ever_is_killed_at_its_limit_and_its_output_cut()
    {
        var result = await RunAsync(new Command(Script("yes flood & yes flood >&2"), []) { Timeout = Soon, MaxOutput = 1000 });
        Assert.True(result.TimedOut);
        Assert.Equal((1000, 1000), (result.Output.Length, result.Error.Length));
    }

    [Fact]
    public async Task Output_is_cut_at_its_limit_and_the_program_still_ends()
    {
        var result = await RunAsync(new Command(Script("head -c 5000000 /dev/zero; echo end >&2"), []) { MaxOutput = 1000 });
        Assert.True(result.Succeeded);
        Assert.Equal(1000, result.Output.Length);
        Assert.Equal("end\n", result.Error);
    }

    [Theory]
    [InlineData("sleep 600 & echo $! > child; wait")]
    [InlineData("(trap '' TERM; sleep 600 & echo $! > child); while :; do sleep 600; done")]
    [InlineData("(sleep 600 & echo $! > child) & wait; exec sleep 600")]
    public async Task Its_children_die_with_it_at_the_limit_those_without_a_parent_too(string script)
    {
        var result = await RunAsync(script, Soon);
        Assert.True(result.TimedOut);
        await AssertDeadAsync();
    }

    [Fact]
    public async Task What_it_leaves_behind_with_its_pipes_dies_when_it_ends()
    {
        var start = Stopwatch.GetTimestamp();
        var result = await RunAsync("sleep 600 & echo $! > child; echo done");
        Assert.Equal(new CommandResult(0, "done\n", "", TimedOut: false), result);
        Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(9));
        await AssertDeadAsync();
    }

    [Fact]
    public async Task A_daemon_that_holds_the_pipes_keeps_nobody_waiting()
    {
        try
        {
            var result = await RunAsync("setsid sh -c 'echo $$ > child; exec sleep 600' & until [ -s child ]; do :; done; echo done");
            Assert.Equal(new CommandResult(0, "done\n", "", TimedOut: false), result);
        }
        finally
        {
            _folder.Shell("kill -9 $(cat child)");
        }
    }

    [Fact]
    public async Task Who_gives_up_waiting_ends_the_program()
    {
        using var giveUp = new CancellationTokenSource();
        var running = _runner.RunAsync(new Command(Script("sleep 600 & echo $! > child; wait"), []), giveUp.Token);
        await UntilAsync(() => File.Exists(_folder["child"]) && new FileInfo(_folder["child"]).Length > 0);
        await giveUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await AssertDeadAsync();
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("folder")]
    [InlineData("plain")]
    public async Task What_is_no_program_is_named(string name)
    {
        _folder.Shell("mkdir folder; echo x > plain");
        var refusal = await Assert.ThrowsAsync<Win32Exception>(() => RunAsync(new Command(_folder[name], [])));
        Assert.Contains(_folder[name], refusal.Message, StringComparison.Ordinal);
        Assert.Null(_runner.Identify(_folder[name]));
    }

    [Fact]
    public async Task A_file_that_the_kernel_cannot_run_is_named()
    {
        _folder.Shell("printf '\\177ELFnonsense' > broken; chmod +x broken");
        var refusal = await Assert.ThrowsAsync<Win32Exception>(() => RunAsync(new Command(_folder["broken"], [])));
        Assert.Contains("broken", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_name_is_looked_for_in_the_path_and_started_from_there()
    {
        Assert.Equal(_folder.Shell("readlink -f $(type -P true)").Trim(), _folder.Shell($"readlink -f {_runner.Identify("true")!.Path}").Trim());
        Assert.True((await RunAsync(new Command("true", []))).Succeeded);
        Assert.Null(_runner.Identify("no-such-program-anywhere"));
    }

    private Task<CommandResult> RunAsync(string script, params string[] arguments) => RunAsync(new Command(Script(script), arguments));

    private Task<CommandResult> RunAsync(string script, TimeSpan timeout) => RunAsync(new Command(Script(script), []) { Timeout = timeout });

    private Task<CommandResult> RunAsync(Command command) => _runner.RunAsync(command, TestContext.Current.CancellationToken);

    private string Script(string text)
    {
        var path = _folder.Write("program", $"#!/bin/bash\ncd '{_folder.Path}'\n{text}\n");
        _folder.Shell("chmod +x program");
        return path;
    }

    private Task AssertDeadAsync()
    {
        var pid = int.Parse(File.ReadAllText(_folder["child"]), CultureInfo.InvariantCulture);
        // A zombie that nobody has reaped yet is dead.
        return UntilAsync(() => !File.Exists($"/proc/{pid}/stat") || File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ", StringComparison.Ordinal));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var start = Stopwatch.GetTimestamp(); !condition(); await Task.Yield())
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(20), "the condition did not come true in time");
    }
}
