using System.Diagnostics;
using System.Text.RegularExpressions;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>Everything but the create of an authorised container reaches the real runtime as if the shim had called it.</summary>
public sealed partial class PassThroughTests(NodeFixture node)
{
    // As bits of a mask in /proc/PID/status.
    private const int SigHup = 1 << (1 - 1);
    private const int SigPipe = 1 << (13 - 1);
    private const int SigTerm = 1 << (15 - 1);

    [Theory]
    [InlineData("--version")]
    [InlineData("--root /run/no-containers list")]
    [InlineData("no-such-command")]
    [InlineData("state no-such-container")]
    [InlineData("--log-format json delete no-such-container")]
    [InlineData("kill no-such-container KILL")]
    public async Task The_answer_is_the_runtimes_own(string arguments)
    {
        var wrapper = new Wrapper(node, "/usr/sbin/runc");
        CommandResult expected = await node.TryAsync($"runc {arguments}");
        CommandResult actual = await node.TryAsync($"{wrapper.Program} {arguments}");
        Assert.Equal(expected.ExitCode, actual.ExitCode);
        Assert.Equal(expected.Output, actual.Output);
        Assert.Equal(WithoutTimes(expected.Error), WithoutTimes(actual.Error));
    }

    [Fact]
    public async Task Arguments_arrive_byte_for_byte()
    {
        const string Arguments = """--root /run/x --log=/run/y exec "" " a  b " '"$(x)' "ü" "$(printf '\377x')" -- --""";
        string teller = await TellerAsync("tr '\\0' '\\n' < /proc/$$/cmdline");
        var wrapper = new Wrapper(node, teller);
        string expected = await node.RunAsync($"printf '%s\\n' /bin/sh {teller} {Arguments} | od -An -c");
        Assert.Equal(expected, await node.RunAsync($"{wrapper.Program} {Arguments} | od -An -c"));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("PIPE", SigPipe)]
    [InlineData("PIPE TERM HUP", SigPipe | SigTerm | SigHup)]
    public async Task Signals_are_ignored_and_blocked_as_the_caller_left_them(string ignored, int bits)
    {
        // Read by the program itself: a shell blocks signals of its own accord while it starts another.
        string teller = await TellerAsync("while read -r name mask; do case $name in SigBlk:|SigIgn:) echo $mask ;; esac; done < /proc/$$/status");
        var wrapper = new Wrapper(node, teller);
        // .NET ignores SIGPIPE, and so do its children: perl gives each signal the state that is tested.
        string from(string program) =>
            $"perl -e 'for (qw(PIPE TERM HUP)) {{ $SIG{{$_}} = \"DEFAULT\" }} for (qw({ignored})) {{ $SIG{{$_}} = \"IGNORE\" }} exec @ARGV' {program} list";
        string alone = await node.RunAsync(from(teller));
        Assert.Equal(bits, (int)Convert.ToUInt64(alone.Split('\n')[1], 16) & (SigPipe | SigTerm | SigHup));
        Assert.Equal(alone, await node.RunAsync(from(wrapper.Program)));
    }

    [Fact]
    public async Task Environment_limits_and_working_folder_are_the_callers()
    {
        string teller = await TellerAsync("tr '\\0' '\\n' < /proc/$$/environ; cat /proc/$$/limits /proc/$$/oom_score_adj /proc/$$/cgroup; pwd; umask; cat /proc/$$/timerslack_ns");
        var wrapper = new Wrapper(node, teller);
        static string from(string program) => $"mkdir -p /run/elsewhere; cd /run/elsewhere; umask 027; ulimit -Sn 512; exec env -i A=1 'B=x y' A=2 {program} list";
        string alone = await node.RunAsync(from(teller));
        Assert.Contains("Max open files            512", alone, StringComparison.Ordinal);
        Assert.Equal(alone, await node.RunAsync(from(wrapper.Program)));
    }

    [Theory]
    [InlineData("<&-")]
    [InlineData(">&-")]
    [InlineData("2>&-")]
    [InlineData("<&- >&- 2>&-")]
    [InlineData("<&- >&- 2>&- 5</dev/null")]
    public async Task What_the_caller_closed_stays_closed(string redirections)
    {
        string told = $"/run/told-{Guid.NewGuid():N}";
        // Each as a link of /proc, which opens nothing: a shell takes the lowest free numbers for its own.
        string teller = await TellerAsync($"for fd in 0 1 2 3 4 5 6; do if [ -L /proc/$$/fd/$fd ]; then echo $fd; fi; done > {told}");
        var wrapper = new Wrapper(node, teller);
        await node.RunAsync($"{teller} list {redirections}");
        string alone = await node.RunAsync($"cat {told}; rm {told}");
        await node.RunAsync($"{wrapper.Program} list {redirections}");
        Assert.Equal(alone, await node.RunAsync($"cat {told}"));
    }

    [Fact]
    public async Task An_error_that_nobody_can_be_told_is_an_exit_code_all_the_same()
    {
        var wrapper = new Wrapper(node, "/usr/sbin/no-such-runtime");
        foreach (string stderr in new[] { "2>&-", "2> /dev/full", "--log /proc/none/log 2>&-", "--log /dev/full" })
            Assert.Equal(1, (await node.TryAsync($"{wrapper.Program} {stderr} list")).ExitCode);
    }

    [Theory]
    [InlineData("runc", "json")]
    [InlineData("runc", "text")]
    [InlineData("crun", "json")]
    [InlineData("crun", "text")]
    public async Task The_log_is_the_runtimes_own(string runtime, string format)
    {
        string path = (await node.RunAsync($"command -v {runtime}")).Trim();
        var wrapper = new Wrapper(node, path);
        string globals = $"--log {wrapper.Folder}/log --log-format {format}";
        string logs(string program) => $"{program} {globals} state no-such-container; {program} {globals} delete no-such-container; cat {wrapper.Folder}/log; rm {wrapper.Folder}/log";
        CommandResult alone = await node.TryAsync(logs(path));
        CommandResult behind = await node.TryAsync(logs(wrapper.Program));
        Assert.Contains(format == "json" ? "\"msg\":" : "container", alone.Output, StringComparison.Ordinal);
        Assert.Equal(WithoutTimes(alone.Output), WithoutTimes(behind.Output));
        Assert.Equal(WithoutTimes(alone.Error), WithoutTimes(behind.Error));
    }

    [Theory]
    [InlineData("runc")]
    [InlineData("crun")]
    public async Task A_terminal_is_the_callers(string runtime)
    {
        string path = (await node.RunAsync($"command -v {runtime}")).Trim();
        var wrapper = new Wrapper(node, path);
        await using Container container = await Container.PrepareAsync(node, runtime, config =>
        {
            config["process"]!["terminal"] = true;
            config["process"]!["args"] = new System.Text.Json.Nodes.JsonArray("/bin/sh", "-c", "busybox tty; echo ready; read -r line; echo \"read $line\"; exit 7");
        });
        // Typed once the program reads: before that it is the runtime's business which terminal shows it first.
        string told = $"{container.Bundle}/typescript";
        string typed(string program) =>
            $"rm -f {told}; (until grep -q ready {told} 2> /dev/null; do sleep 0.05; done; echo typed) | " +
            $"script --quiet --return --flush --log-out {told} --command 'stty rows 33 cols 77; {program} run --bundle {container.Bundle} {container.Id}'";
        CommandResult alone = await node.TryAsync(typed(path));
        CommandResult behind = await node.TryAsync(typed(wrapper.Program));
        Assert.Contains("read typed", alone.Output, StringComparison.Ordinal);
        Assert.Equal((7, alone.Output, alone.Error), (behind.ExitCode, behind.Output, behind.Error));
    }

    [Fact]
    public async Task Open_files_are_the_callers_and_no_more()
    {
        // A shell may keep the script that it reads open, as a number of its own.
        string teller = await TellerAsync("for fd in 0 1 2; do readlink /proc/$$/fd/$fd; done; ls /proc/$$/fd");
        var wrapper = new Wrapper(node, teller);
        const string Stdio = "list < /dev/null 2> /run/errors | sed s/pipe:.*/pipe/";
        string output = await node.RunAsync($"{wrapper.Program} {Stdio}");
        Assert.StartsWith("/dev/null\npipe\n/run/errors\n", output, StringComparison.Ordinal);
        Assert.Equal(await node.RunAsync($"{teller} {Stdio}"), output);
    }

    [Fact]
    public async Task The_runtime_takes_the_wrappers_place_and_so_its_signals()
    {
        var wrapper = new Wrapper(node, await TellerAsync("trap 'echo terminated; exit 9' TERM; echo $$; while :; do sleep 0.05; done"));
        using Process process = node.Start($"exec {wrapper.Program} list");
        string pid = (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!;
        await node.RunAsync($"kill -TERM {pid}");
        Assert.Equal("terminated", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(9, process.ExitCode);
    }

    [Fact]
    public async Task Without_settings_the_error_says_what_writes_them()
    {
        var wrapper = new Wrapper(node, "/usr/sbin/runc");
        File.Delete(node.PathOf(wrapper.Program + ".json"));
        CommandResult result = await node.TryAsync($"{wrapper.Program} --log {wrapper.Log} --log-format json list");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("install-runtime", Assert.Single(wrapper.Messages), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sandbox", "counter")]
    [InlineData("container", "another")]
    public async Task A_container_that_names_no_restore_is_created_without_a_question(string type, string name)
    {
        var wrapper = new Wrapper(node, "/usr/sbin/runc");
        await using AgentStandIn agent = wrapper.Agent(_ => ["""{"action":"refuse","reason":"Asked","message":"it should not have been asked"}"""]);
        await using Container container = await Container.PrepareAsync(node, "runc", config =>
        {
            config["annotations"]!["io.kubernetes.cri.container-type"] = type;
            config["annotations"]!["io.kubernetes.cri.container-name"] = name;
        });
        Assert.Equal((0, 0), await container.StartAsync(wrapper.Program));
        Assert.Equal(0, await container.NextAsync());
        Assert.Empty(agent.Requests);
    }

    // A program in the runtime's place that tells how it was started.
    private async Task<string> TellerAsync(string script)
    {
        string path = $"/run/teller-{Guid.NewGuid():N}";
        await File.WriteAllTextAsync(node.PathOf(path), $"#!/bin/sh\n{script}\n");
        await node.RunAsync($"chmod +x {path}");
        return path;
    }

    private static string WithoutTimes(string log) => Times().Replace(log, "TIME");

    // runc's, then crun's.
    [GeneratedRegex("time=\"[^\"]*\"|\"time\":\"[^\"]*\"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z")]
    private static partial Regex Times();
}
