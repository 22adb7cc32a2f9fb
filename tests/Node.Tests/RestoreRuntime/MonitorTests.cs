using System.Text.Json.Nodes;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>CRI-O's conventions, by its real monitor: what conmon finds behind the wrapper is what it finds at the runtime itself.</summary>
public sealed class MonitorTests(NodeFixture node)
{
    private const string Exec = """{"terminal":false,"cwd":"/","args":["/bin/sh","-c","echo out; echo err >&2; exit 6"],"env":["PATH=/bin"],"user":{"uid":0,"gid":0}}""";

    [Theory]
    [InlineData("runc", false)]
    [InlineData("runc", true)]
    [InlineData("crun", false)]
    [InlineData("crun", true)]
    public async Task Conmon_makes_a_container_watches_it_and_runs_commands_in_it(string runtime, bool terminal)
    {
        string path = await PathOfAsync(runtime);
        var wrapper = new Wrapper(node, path);
        await using Container container = await Container.PrepareAsync(node, runtime, config =>
        {
            config.Remove("annotations");
            config["process"]!["terminal"] = terminal;
            config["process"]!["args"] = new JsonArray(
                "/bin/sh", "-c", "trap 'echo ending; exit 7' TERM; busybox tty; while read -r name value; do case $name in SigBlk:|SigIgn:|Seccomp:) echo $name $value ;; esac; done < /proc/$$/status; echo err >&2; echo ready; while :; do busybox sleep 0.05; done");
        });
        string[] alone = await LifeAsync(path, container, terminal);
        Assert.Contains("ready", alone[3], StringComparison.Ordinal);
        Assert.Equal(alone, await LifeAsync(wrapper.Program, container, terminal));
    }

    [Theory]
    [InlineData("--systemd-cgroup")]
    [InlineData("--runtime-arg --no-such-option")]
    public async Task Conmon_is_told_of_a_failure_in_the_runtimes_own_words(string options)
    {
        var wrapper = new Wrapper(node, "/usr/sbin/runc");
        await using Container container = await Container.PrepareAsync(node, "runc", config => config.Remove("annotations"));
        string alone = await ReportAsync("/usr/sbin/runc", container, options);
        Assert.Contains("\"message\"", alone, StringComparison.Ordinal);
        Assert.Equal(alone, await ReportAsync(wrapper.Program, container, options));
    }

    [Theory]
    [InlineData("runc", "")]
    [InlineData("runc", "--no-pivot")]
    [InlineData("crun", "")]
    [InlineData("crun", "--no-pivot")]
    public async Task A_container_goes_on_under_conmon(string runtime, string options)
    {
        await using Container source = await Container.PrepareAsync(node, runtime);
        await source.StartAsync();
        (string folder, int last) = await source.CheckpointAsync();

        var wrapper = new Wrapper(node, await PathOfAsync(runtime));
        await using AgentStandIn agent = wrapper.Agent(request => [(string?)request["operation"] == "create" ? RestoreOf(folder) : """{"action":"ok"}"""]);
        await using Container container = await Container.PrepareAsync(node, runtime);
        await using var copy = new MonitoredContainer(node, container, wrapper.Program, terminal: false);
        Assert.Contains("PID", await copy.CreateAsync(options), StringComparison.Ordinal);
        Assert.Equal(0, await copy.StartAsync());
        await copy.UntilLoggedAsync($"{last + 1}");
        Assert.DoesNotContain("stdout F 0\n", await copy.LogAsync(), StringComparison.Ordinal);
        Assert.Equal($"{container.Bundle}/state", (string?)agent.Requests.First()["root"]);
        await node.RunAsync($"{wrapper.Program} --root {container.Bundle}/state kill {container.Id} KILL");
        Assert.Equal("137", await copy.EndAsync());
    }

    [Fact]
    public async Task Conmon_is_told_why_a_container_is_not_restored()
    {
        var wrapper = new Wrapper(node, "/usr/sbin/runc");
        await using AgentStandIn agent = wrapper.Agent(_ => ["""{"action":"refuse","reason":"DigestMismatch","message":"the archive was altered"}"""]);
        await using Container container = await Container.PrepareAsync(node, "runc");
        Assert.Contains("is refused (DigestMismatch): the archive was altered", await ReportAsync(wrapper.Program, container, ""), StringComparison.Ordinal);
    }

    private async Task<string> ReportAsync(string program, Container container, string options)
    {
        await using var monitored = new MonitoredContainer(node, container, program, terminal: false);
        return await monitored.CreateAsync(options);
    }

    private async Task<string[]> LifeAsync(string program, Container bundle, bool terminal)
    {
        await using var container = new MonitoredContainer(node, bundle, program, terminal);
        var life = new List<string> { await container.CreateAsync(), await container.StatusAsync(), $"{await container.StartAsync()}" };
        await container.UntilLoggedAsync("err");
        await container.UntilLoggedAsync("ready");
        life.Add(ByStream(await container.LogAsync()));
        life.Add(ByStream(await container.ExecAsync(Exec)));
        life.Add(await container.StatusAsync());
        await node.RunAsync($"{program} --root {bundle.Bundle}/state kill {bundle.Id} TERM");
        life.Add(await container.EndAsync());
        life.Add(ByStream(await container.LogAsync()));
        return [.. life];
    }

    // conmon reads a container's two streams as they come: how their lines stand among each other is chance.
    private static string ByStream(string log) =>
        string.Concat(log.Split('\n').OrderBy(line => line.Contains(" stdout ", StringComparison.Ordinal)).Select(line => line + "\n"));

    private async Task<string> PathOfAsync(string runtime) => (await node.RunAsync($"command -v {runtime}")).Trim();

    private static string RestoreOf(string folder) =>
        new JsonObject { ["action"] = "restore", ["imagePath"] = $"{folder}/images", ["workPath"] = $"{folder}/work" }.ToJsonString();
}
