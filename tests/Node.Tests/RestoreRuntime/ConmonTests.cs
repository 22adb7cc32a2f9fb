using System.Text.Json.Nodes;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>The restore runtime in CRI-O's hands: conmon runs it, reads its errors, keeps the container's log and its exit code.</summary>
public sealed class ConmonTests(NodeFixture node)
{
    private const string Runc = "/usr/sbin/runc";

    [Theory]
    [InlineData("/usr/sbin/runc")]
    [InlineData("/usr/bin/crun")]
    public async Task A_restored_process_writes_into_conmons_log_and_its_exit_reaches_conmon(string runtime)
    {
        await using ConmonContainer source = await ConmonContainer.PrepareAsync(node, runtime);
        await source.CreateAsync(runtime);
        (await source.TryAsync(runtime, "start")).OrThrow();
        await source.LogsAsync("2");
        (string folder, int last) = await source.CheckpointAsync();

        var wrapper = new Wrapper(node, runtime);
        await using AgentStandIn agent = wrapper.Agent(request => [AnswerTo(request, folder)]);
        await using ConmonContainer copy = await ConmonContainer.PrepareAsync(node, runtime);
        JsonObject created = await copy.CreateAsync(wrapper.Program);
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

    private static string AnswerTo(JsonObject request, string folder) => (string)request["operation"]! == "create"
        ? $$"""{"action":"restore","imagePath":"{{folder}}/images","workPath":"{{folder}}/work"}"""
        : """{"action":"ok"}""";

    private static async Task<JsonNode> StateAsync(ConmonContainer container, string program) =>
        JsonNode.Parse((await container.TryAsync(program, "state")).OrThrow().Output)!;
}
