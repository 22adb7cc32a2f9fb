using System.Diagnostics;
using System.Text.RegularExpressions;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>Everything but the create of an authorised container reaches the real runtime as if the shim had called it.</summary>
public sealed partial class PassThroughTests(NodeFixture node)
{
    [Theory]
    [InlineData("--version")]
    [InlineData("list")]
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
        Assert.Equal(Times().Replace(expected.Error, ""), Times().Replace(actual.Error, ""));
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

    [Fact]
    public async Task Signals_are_ignored_and_blocked_as_for_the_runtime_alone()
    {
        // Read by the shell itself: while it starts another program it blocks signals of its own accord.
        string teller = await TellerAsync("while read -r name mask; do case $name in SigBlk:|SigIgn:) echo $mask ;; esac; done < /proc/$$/status");
        var wrapper = new Wrapper(node, teller);
        // Who runs the tests may ignore signals too, as nohup does; but .NET alone ignores SIGPIPE, here as in the wrapper.
        const ulong SigPipe = 1UL << (13 - 1);
        ulong[] alone = Masks(await node.RunAsync($"{teller} list"));
        Assert.Equal([alone[0], alone[1] & ~SigPipe], Masks(await node.RunAsync($"{wrapper.Program} list")));

        static ulong[] Masks(string lines) => [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Convert.ToUInt64(line, 16))];
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

    [GeneratedRegex("time=\"[^\"]*\"|\"time\":\"[^\"]*\"")]
    private static partial Regex Times();
}
