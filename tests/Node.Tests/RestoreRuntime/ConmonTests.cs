using System.Text.Json.Nodes;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>The restore runtime in CRI-O's hands: conmon runs it, reads its errors, keeps the container's log and its exit code.</summary>
public sealed class ConmonTests(NodeFixture node)
{
    private const string Runc = "/usr/sbin/runc";
    private const string Crun = "/usr/bin/crun";
    private const string Exec = """{"terminal":false,"cwd":"/","args":["/bin/sh","-c","echo out; echo err >&2; exit 6"],"env":["PATH=/bin"],"user":{"uid":0,"gid":0}}""";

    // What it is run with says what it was given; it ends by a signal in its own way.
    private const string Observed = "trap 'echo ending; exit 7' TERM; busybox tty; while read -r name value; do case $name in SigBlk:|SigIgn:|Seccomp:) echo $name $value ;; esac; done < /proc/$$/status; echo err >&2; echo ready; while :; do busybox sleep 0.05; done";

    [Theory]
    [InlineData(Runc, false)]
    [InlineData(Runc, true)]
    [InlineData(Crun, false)]
    [InlineData(Crun, true)]
    public async Task Conmon_makes_a_container_watches_it_and_runs_commands_in_it(string runtime, bool terminal)
    {
        string[] alone = await LifeAsync(runtime, runtime, terminal);
        Assert.Contains("ready", alone[3], StringComparison.Ordinal);
        Assert.Equal(alone, await LifeAsync(new Wrapper(node, runtime).Program, runtime, terminal));
    }

    [Theory]
    [InlineData("--systemd-cgroup")]
    [InlineData("--runtime-arg --no-such-option")]
    public async Task Conmon_is_told_of_a_failure_in_the_runtimes_own_words(string options)
    {
        string alone = await ReportAsync(Runc, options);
        Assert.Contains("\"message\"", alone, StringComparison.Ordinal);
        Assert.Equal(alone, await ReportAsync(new Wrapper(node, Runc).Program, options));
    }

    [Theory]
    [InlineData(Runc, "")]
    [InlineData(Runc, "--no-pivot")]
    [InlineData(Crun, "")]
    [InlineData(Crun, "--no-pivot")]
    public async Task A_restored_process_writes_into_conmons_log_and_its_exit_reaches_conmon(string runtime, string options)
    {
        await using ConmonContainer source = await ConmonContainer.PrepareAsync(node, runtime);
        await source.CreateAsync(runtime);
        (await source.TryAsync(runtime, "start")).OrThrow();
        await source.LogsAsync("2");
        (string folder, int last) = await source.CheckpointAsync();

        var wrapper = new Wrapper(node, runtime);
        await using AgentStandIn agent = wrapper.Agent(request => [AnswerTo(request, folder)]);
        await using ConmonContainer copy = await ConmonContainer.PrepareAsync(node, runtime);
        JsonObject created = await copy.CreateAsync(wrapper.Program, options);
        Assert.True((int)created["pid"]! > 0, created.ToJsonString());
        // CRI-O starts only what is created.
        JsonNode state = await StateAsync(copy, wrapper.Program);
        Assert.Equal(("created", (int)created["pid"]!), ((string)state["status"]!, (int)state["pid"]!));
        (await copy.TryAsync(wrapper.Program, "start")).OrThrow();
        await copy.LogsAsync($"{last + 3}");
        Assert.Equal(last + 1, await copy.FirstAsync());
        state = await StateAsync(copy, wrapper.Program);
        Assert.Equal(("running", (int)created["pid"]!), ((string)state["status"]!, (int)state["pid"]!));
        Assert.Equal("inside", (await copy.TryAsync(wrapper.Program, "exec", "/bin/busybox echo inside")).OrThrow().Output.Trim());
        Assert.Equal((copy.Bundle, copy.StateRoot), ((string)agent.Requests.First()["bundle"]!, (string)agent.Requests.First()["root"]!));

        (await copy.TryAsync(wrapper.Program, "kill", "TERM")).OrThrow();
        Assert.Equal(7, await copy.ExitAsync());
        (await copy.TryAsync(wrapper.Program, "delete --force")).OrThrow();
        Assert.False(wrapper.Marks(copy.Id));
    }

    [Fact]
    public async Task A_restored_process_that_ended_before_its_start_is_stopped()
    {
        await using ConmonContainer source = await ConmonContainer.PrepareAsync(node, Runc);
        await source.CreateAsync(Runc);
        (await source.TryAsync(Runc, "start")).OrThrow();
        await source.LogsAsync("2");
        (string folder, _) = await source.CheckpointAsync();
        var wrapper = new Wrapper(node, Runc);
        await using AgentStandIn agent = wrapper.Agent(request => [AnswerTo(request, folder)]);
        await using ConmonContainer copy = await ConmonContainer.PrepareAsync(node, Runc);
        await copy.CreateAsync(wrapper.Program);
        (await copy.TryAsync(wrapper.Program, "kill", "KILL")).OrThrow();
        Assert.Equal(137, await copy.ExitAsync());
        Assert.Equal("stopped", (string)(await StateAsync(copy, wrapper.Program))["status"]!);
    }

    [Fact]
    public async Task A_refusal_reaches_CRI_O_by_conmon()
    {
        var wrapper = new Wrapper(node, Runc);
        await using AgentStandIn agent = wrapper.Agent(_ => ["""{"action":"refuse","reason":"DigestMismatch","message":"the archive was altered"}"""]);
        await using ConmonContainer container = await ConmonContainer.PrepareAsync(node, Runc);
        JsonObject created = await container.CreateAsync(wrapper.Program);
        Assert.Equal(-1, (int)created["pid"]!);
        Assert.Contains("is refused (DigestMismatch): the archive was altered", (string)created["message"]!, StringComparison.Ordinal);
    }

    private async Task<string[]> LifeAsync(string program, string runtime, bool terminal)
    {
        await using ConmonContainer container = await ConmonContainer.PrepareAsync(node, runtime, namesARestore: false, config =>
        {
            config.Remove("annotations");
            config["process"]!["terminal"] = terminal;
            config["process"]!["args"] = new JsonArray("/bin/sh", "-c", Observed);
        });
        var life = new List<string> { container.Alike((await container.CreateAsync(program)).ToJsonString()), await StatusAsync(container, program) };
        life.Add($"{(await container.TryAsync(program, "start")).ExitCode}");
        await container.LogsAsync("err");
        await container.LogsAsync("ready");
        life.Add(ByStream(await container.LogAsync()));
        life.Add(ByStream(await container.ExecAsync(program, Exec)));
        life.Add(await StatusAsync(container, program));
        await container.TryAsync(program, "kill", "TERM");
        life.Add($"{await container.ExitAsync()}");
        life.Add(ByStream(await container.LogAsync()));
        return [.. life];
    }

    private async Task<string> ReportAsync(string program, string options)
    {
        await using ConmonContainer container = await ConmonContainer.PrepareAsync(node, Runc, namesARestore: false, config => config.Remove("annotations"));
        return container.Alike((await container.CreateAsync(program, options)).ToJsonString());
    }

    private static async Task<string> StatusAsync(ConmonContainer container, string program) => (string)(await StateAsync(container, program))["status"]!;

    // conmon reads a container's two streams as they come: how their lines stand among each other is chance.
    private static string ByStream(string log) =>
        string.Concat(log.Split('\n').OrderBy(line => line.Contains(" stdout ", StringComparison.Ordinal)).Select(line => line + "\n"));

    private static string AnswerTo(JsonObject request, string folder) => (string)request["operation"]! == "create"
        ? $$"""{"action":"restore","imagePath":"{{folder}}/images","workPath":"{{folder}}/work"}"""
        : """{"action":"ok"}""";

    private static async Task<JsonNode> StateAsync(ConmonContainer container, string program) =>
        JsonNode.Parse((await container.TryAsync(program, "state")).OrThrow().Output)!;
}
