using System.Diagnostics;
using System.Text.Json.Nodes;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>The create of a container whose annotations name a restore, with a real runtime and real CRIU.</summary>
public sealed class RestoreTests(NodeFixture node)
{
    private const string Ok = """{"action":"ok"}""";

    [Theory]
    [InlineData("runc")]
    [InlineData("crun")]
    public async Task The_process_goes_on_where_it_was(string runtime)
    {
        await using Container source = await Container.PrepareAsync(node, runtime);
        await source.StartAsync();
        (string folder, int last) = await source.CheckpointAsync();

        var wrapper = new Wrapper(node, await PathOfAsync(runtime));
        await using AgentStandIn agent = wrapper.Agent(request => [IsCreate(request) ? RestoreOf(folder) : Ok]);
        await using Container copy = await Container.PrepareAsync(node, runtime);
        (int, int) ended = await copy.StartAsync(wrapper.Program, $"--log {wrapper.Log} --log-format json");
        Assert.True(ended == (0, 0), string.Join('\n', wrapper.Messages));
        Assert.Equal(last + 1, await copy.NextAsync());
        Assert.Equal("running", await copy.StatusAsync());
        Assert.True(File.Exists(node.PathOf($"{copy.Bundle}/pid")));
        Assert.True(wrapper.Marks(copy.Id));

        JsonObject[] requests = [.. agent.Requests];
        Assert.Equal(["create", "restored"], requests.Select(request => (string)request["operation"]!));
        Assert.All(requests, request => Assert.Equal((1, copy.Id), ((int)request["version"]!, (string)request["id"]!)));
        Assert.Equal((copy.Bundle, ""), ((string)requests[0]["bundle"]!, (string)requests[0]["root"]!));
        Assert.Equal(0, (int)requests[1]["exitCode"]!);
        Assert.Null(requests[1]["error"]);

        // Its stdio is still what the shim has on the other end, so it can be checkpointed again.
        (_, int again) = await copy.CheckpointAsync();
        Assert.True(again > last);
        await node.TryAsync($"{wrapper.Program} delete --force {copy.Id}");
        Assert.False(wrapper.Marks(copy.Id));
    }

    [Theory]
    [InlineData("runc")]
    [InlineData("crun")]
    public async Task CRIU_reads_its_configuration_behind_either_runtime(string runtime)
    {
        await using Container source = await Container.PrepareAsync(node, runtime);
        await source.StartAsync();
        (string folder, int last) = await source.CheckpointAsync();
        await File.WriteAllTextAsync(node.PathOf($"{folder}/criu.conf"), "tcp-close\n");

        var wrapper = new Wrapper(node, await PathOfAsync(runtime));
        await using AgentStandIn agent = wrapper.Agent(request => [IsCreate(request) ? RestoreOf(folder, $"{folder}/criu.conf") : Ok]);
        await using Container copy = await Container.PrepareAsync(node, runtime);
        (int, int) ended = await copy.StartAsync(wrapper.Program, $"--log {wrapper.Log} --log-format json");
        Assert.True(ended == (0, 0), string.Join('\n', wrapper.Messages));
        Assert.Equal(last + 1, await copy.NextAsync());
        Assert.Contains($"Parsing config file {folder}/criu.conf", await node.RunAsync($"cat {folder}/work/restore.log"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_agent_lets_start_fresh_starts_fresh()
    {
        var wrapper = new Wrapper(node, "/usr/sbin/runc");
        await using AgentStandIn agent = wrapper.Agent(_ => ["""{"action":"create"}"""]);
        await using Container container = await Container.PrepareAsync(node, "runc");
        Assert.Equal((0, 0), await container.StartAsync(wrapper.Program));
        Assert.Equal(0, await container.NextAsync());
        Assert.False(wrapper.Marks(container.Id));
    }

    [Fact]
    public async Task A_refusal_is_the_last_error_of_the_log()
    {
        var wrapper = new Wrapper(node, "/usr/sbin/runc");
        await using AgentStandIn agent = wrapper.Agent(_ => ["""{"action":"refuse","reason":"DigestMismatch","message":"the archive was altered"}"""]);
        await using Container container = await Container.PrepareAsync(node, "runc");
        Assert.Equal(1, await container.CreateAsync(wrapper.Program, $"--log={wrapper.Log} --log-format=json"));
        Assert.EndsWith("is refused (DigestMismatch): the archive was altered", Assert.Single(wrapper.Messages), StringComparison.Ordinal);
        Assert.Null(await container.StatusAsync());
    }

    [Fact]
    public async Task An_agent_that_is_not_there_is_named()
    {
        var wrapper = new Wrapper(node, "/usr/sbin/runc");
        await using Container container = await Container.PrepareAsync(node, "runc");
        Assert.Equal(1, await container.CreateAsync(wrapper.Program, $"--log {wrapper.Log} --log-format json"));
        string message = Assert.Single(wrapper.Messages);
        Assert.Contains($"{wrapper.Folder}/agent.sock", message, StringComparison.Ordinal);
        Assert.Contains("checkpoint-agent Pod", message, StringComparison.Ordinal);
        Assert.Null(await container.StatusAsync());
    }

    [Theory]
    [InlineData("runc")]
    [InlineData("crun")]
    public async Task A_restored_container_that_was_not_started_is_deleted_as_a_created_one(string runtime)
    {
        await using Container source = await Container.PrepareAsync(node, runtime);
        await source.StartAsync();
        (string folder, _) = await source.CheckpointAsync();
        var wrapper = new Wrapper(node, (await node.RunAsync($"command -v {runtime}")).Trim());
        await using AgentStandIn agent = wrapper.Agent(request => [IsCreate(request) ? RestoreOf(folder) : Ok]);
        await using Container copy = await Container.PrepareAsync(node, runtime);
        Assert.Equal(0, await copy.CreateAsync(wrapper.Program));
        (await node.TryAsync($"{wrapper.Program} delete {copy.Id}")).OrThrow();
        Assert.Null(await copy.StatusAsync());
        Assert.False(wrapper.Marks(copy.Id));

        // One that was started is not: that takes the caller's own force.
        await using Container started = await Container.PrepareAsync(node, runtime);
        Assert.Equal((0, 0), await started.StartAsync(wrapper.Program));
        Assert.NotEqual(0, (await node.TryAsync($"{wrapper.Program} delete {started.Id}")).ExitCode);
        Assert.Equal("running", await started.StatusAsync());
    }

    [Fact]
    public async Task An_agent_that_stays_silent_is_given_up()
    {
        var wrapper = new Wrapper(node, "/usr/sbin/runc", timeoutSeconds: 1);
        using var release = new ManualResetEventSlim();
        await using AgentStandIn agent = wrapper.Agent(_ => Silence(release));
        await using Container container = await Container.PrepareAsync(node, "runc");
        Assert.Equal(1, await container.CreateAsync(wrapper.Program, $"--log {wrapper.Log} --log-format json"));
        release.Set();
        Assert.Contains("did not answer within 1 s", Assert.Single(wrapper.Messages), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_agent_at_work_is_waited_for()
    {
        var wrapper = new Wrapper(node, "/usr/sbin/runc", timeoutSeconds: 5);
        using var pause = new ManualResetEventSlim();
        await using AgentStandIn agent = wrapper.Agent(_ => AtWork(pause));
        await using Container container = await Container.PrepareAsync(node, "runc");
        Assert.Equal(0, await container.CreateAsync(wrapper.Program));
    }

    [Fact]
    public async Task What_criu_says_is_shown_and_the_next_attempt_is_free()
    {
        await using Container source = await Container.PrepareAsync(node, "runc");
        await source.StartAsync();
        (string folder, int last) = await source.CheckpointAsync();
        await node.RunAsync($"mv {folder}/images/inventory.img {folder}/");

        var wrapper = new Wrapper(node, "/usr/sbin/runc");
        await using AgentStandIn agent = wrapper.Agent(request => [IsCreate(request) ? RestoreOf(folder) : Ok]);
        await using Container copy = await Container.PrepareAsync(node, "runc");
        string globals = $"--log {wrapper.Log} --log-format json";
        Assert.NotEqual(0, await copy.CreateAsync(wrapper.Program, globals));
        Assert.Contains("Error (criu/", wrapper.Messages.Last(), StringComparison.Ordinal);
        Assert.Contains("Error (criu/", (string)agent.Requests.Last()["error"]!, StringComparison.Ordinal);
        Assert.Null(await copy.StatusAsync());

        await node.RunAsync($"mv {folder}/inventory.img {folder}/images/");
        Assert.Equal((0, 0), await copy.StartAsync(wrapper.Program, globals));
        Assert.Equal(last + 1, await copy.NextAsync());
    }

    [Fact]
    public async Task A_restore_that_the_agent_cannot_prove_leaves_nothing()
    {
        await using Container source = await Container.PrepareAsync(node, "runc");
        await source.StartAsync();
        (string folder, _) = await source.CheckpointAsync();
        var wrapper = new Wrapper(node, "/usr/sbin/runc");
        await using AgentStandIn agent = wrapper.Agent(
            request => [IsCreate(request) ? RestoreOf(folder) : """{"action":"refuse","reason":"NotProven","message":"no statistics"}"""]);
        await using Container copy = await Container.PrepareAsync(node, "runc");
        Assert.Equal(1, await copy.CreateAsync(wrapper.Program, $"--log {wrapper.Log} --log-format json"));
        Assert.Contains("NotProven", wrapper.Messages.Last(), StringComparison.Ordinal);
        Assert.Null(await copy.StatusAsync());
        Assert.False(wrapper.Marks(copy.Id));
    }

    [Fact]
    public async Task A_restore_goes_on_without_the_agent_once_it_is_allowed()
    {
        await using Container source = await Container.PrepareAsync(node, "runc");
        await source.StartAsync();
        (string folder, int last) = await source.CheckpointAsync();
        var wrapper = new Wrapper(node, "/usr/sbin/runc");
        await using AgentStandIn agent = wrapper.Agent(request => IsCreate(request) ? [RestoreOf(folder)] : []);
        await using Container copy = await Container.PrepareAsync(node, "runc");
        Assert.Equal((0, 0), await copy.StartAsync(wrapper.Program));
        Assert.Equal(last + 1, await copy.NextAsync());
    }

    [Fact]
    public async Task A_killed_wrapper_takes_the_runtime_with_it()
    {
        // The runtime's restore is held up here; everything else is real.
        string held = $"/run/held-{Guid.NewGuid():N}";
        await File.WriteAllTextAsync(node.PathOf(held), $"#!/bin/sh\ncase \" $* \" in *' restore '*) echo $$ > {held}.pid; exec sleep infinity ;; esac\nexec runc \"$@\"\n");
        await node.RunAsync($"chmod +x {held}; mkfifo {held}.pid");
        var wrapper = new Wrapper(node, held);
        await using AgentStandIn agent = wrapper.Agent(_ => [RestoreOf("/run/none")]);
        await using Container container = await Container.PrepareAsync(node, "runc");
        using Process shim = container.Begin(wrapper.Program);
        string restoring = (await node.RunAsync($"cat {held}.pid")).Trim();
        await node.RunAsync($"kill -KILL $(awk '/^PPid/ {{ print $2 }}' /proc/{restoring}/status)");
        await shim.WaitForExitAsync(TestContext.Current.CancellationToken);
        await node.RunAsync($"while kill -0 {restoring} 2> /dev/null; do sleep 0.05; done", TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task What_a_killed_restore_leaves_does_not_stand_in_the_way_of_the_deletion()
    {
        await using Container source = await Container.PrepareAsync(node, "runc");
        await source.StartAsync();
        (string folder, _) = await source.CheckpointAsync();
        // CRIU waits in the middle of the restore until it is killed.
        await File.WriteAllTextAsync(node.PathOf($"{folder}/hold"), $"#!/bin/sh\n[ $CRTOOLS_SCRIPT_ACTION != post-restore ] || echo held > {folder}/held\n");
        await File.WriteAllTextAsync(node.PathOf($"{folder}/criu.conf"), $"action-script {folder}/hold\n");
        await node.RunAsync($"chmod +x {folder}/hold; mkfifo {folder}/held");

        var wrapper = new Wrapper(node, "/usr/sbin/runc");
        await using AgentStandIn agent = wrapper.Agent(_ => [RestoreOf(folder)]);
        await using Container copy = await Container.PrepareAsync(
            node, "runc", config => config["annotations"]!["org.criu.config"] = $"{folder}/criu.conf");
        using Process shim = copy.Begin(wrapper.Program);
        string[] mounts = await MountsOfAsync(copy.Id);
        while (mounts.Length == 0)
            mounts = await MountsOfAsync(copy.Id);
        await node.RunAsync($"kill -KILL $(pgrep -f '^{wrapper.Program} ')");
        await node.RunAsync($"cat {folder}/held > /dev/null & pid=$!; while pgrep -x criu > /dev/null; do sleep 0.05; done; kill $pid 2> /dev/null; true");

        CommandResult deleted = await wrapper.TryAsync($"delete --force {copy.Id}");
        Assert.True(deleted.ExitCode == 0, deleted.Error);
        Assert.Empty(await MountsOfAsync(copy.Id));
        Assert.False(Directory.Exists(node.PathOf($"/run/runc/{copy.Id}")));
        Assert.False(wrapper.Marks(copy.Id));
    }

    private async Task<string[]> MountsOfAsync(string id) =>
        (await node.RunAsync($"grep /{id}/criu-root /proc/self/mountinfo || true")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Silence(ManualResetEventSlim release)
    {
        release.Wait(TimeSpan.FromMinutes(2));
        yield break;
    }

    private static IEnumerable<string> AtWork(ManualResetEventSlim pause)
    {
        // Longer in all than the wrapper's limit, shorter each time.
        for (int i = 0; i < 3; i++)
        {
            pause.Wait(TimeSpan.FromSeconds(2));
            yield return """{"action":"wait"}""";
        }
        yield return """{"action":"create"}""";
    }

    private async Task<string> PathOfAsync(string runtime) => (await node.RunAsync($"command -v {runtime}")).Trim();

    private static bool IsCreate(JsonObject request) => (string?)request["operation"] == "create";

    private static string RestoreOf(string folder, string? criuConfig = null) => new JsonObject
    {
        ["action"] = "restore",
        ["imagePath"] = $"{folder}/images",
        ["workPath"] = $"{folder}/work",
        ["criuConfig"] = criuConfig,
    }.ToJsonString();
}
