using System.Diagnostics;
using System.Text.Json.Nodes;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>An agent that is away, slow or dying: a clear error, nothing left, and an attempt after it that works.</summary>
public sealed class FailingAgentTests(NodeFixture node)
{
    private const string Create = """{"action":"create"}""";

    [Theory]
    [InlineData("", "hung up")]
    [InlineData("{\"action\":\"rest" + AgentStandIn.Cut, "hung up")]
    [InlineData("{\"action\":\"wait\"}\n{\"act" + AgentStandIn.Cut, "hung up")]
    [InlineData("no JSON at all", "of one version")]
    [InlineData("[1,2]", "does not know")]
    [InlineData("{\"action\":\"dance\"}", "dance")]
    [InlineData("{\"action\":\"restore\",\"imagePath\":\"relative\",\"workPath\":\"/run\"}", "both absolute")]
    public async Task What_the_agent_fails_at_is_told_and_the_next_attempt_works(string answer, string says)
    {
        var wrapper = new Wrapper(node, "/usr/sbin/runc", timeoutSeconds: 5);
        await using Container container = await Container.PrepareAsync(node, "runc");
        string globals = $"--log {wrapper.Log} --log-format json";
        await using (wrapper.Agent(_ => answer.Length == 0 ? [] : [answer]))
            Assert.Equal(1, await container.CreateAsync(wrapper.Program, globals));
        string message = Assert.Single(wrapper.Messages);
        Assert.Contains(says, message, StringComparison.Ordinal);
        Assert.Null(await container.StatusAsync());
        Assert.False(wrapper.Marks(container.Id));

        await using AgentStandIn back = wrapper.Agent(_ => [Create]);
        Assert.Equal((0, 0), await container.StartAsync(wrapper.Program, globals));
        Assert.Equal(0, await container.NextAsync());
    }

    [Fact]
    public async Task An_agent_that_was_killed_is_told_and_the_next_attempt_works()
    {
        var wrapper = new Wrapper(node, "/usr/sbin/runc");
        await using Container container = await Container.PrepareAsync(node, "runc");
        string socket = node.PathOf($"{wrapper.Folder}/agent.sock");
        // Its socket stays.
        await node.RunAsync($"perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, pack_sockaddr_un(\"{wrapper.Folder}/agent.sock\")) or die; listen($s, 5); kill KILL => $$' || true");
        Assert.True(File.Exists(socket));
        Assert.Equal(1, await container.CreateAsync(wrapper.Program, $"--log {wrapper.Log}"));
        Assert.Contains("is the checkpoint-agent Pod of this node running?", await node.RunAsync($"cat {wrapper.Log}"), StringComparison.Ordinal);

        File.Delete(socket);
        await using AgentStandIn back = wrapper.Agent(_ => [Create]);
        Assert.Equal((0, 0), await container.StartAsync(wrapper.Program));
    }

    [Fact]
    public async Task An_agent_that_stands_still_keeps_nobody_waiting_for_ever()
    {
        var wrapper = new Wrapper(node, "/usr/sbin/runc", timeoutSeconds: 1);
        await using Container container = await Container.PrepareAsync(node, "runc");
        // It listens and accepts nothing: the second connection is more than wait in its queue.
        using Process still = node.Start($$"""
            exec perl -MSocket -e 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); bind($s, pack_sockaddr_un("{{wrapper.Folder}}/agent.sock")) or die; listen($s, 0);
              socket(my $c, AF_UNIX, SOCK_STREAM, 0); connect($c, pack_sockaddr_un("{{wrapper.Folder}}/agent.sock")) or die; $| = 1; print "full\n"; sleep 100'
            """);
        Assert.Equal("full", await still.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        Assert.Equal(1, await container.CreateAsync(wrapper.Program, $"--log {wrapper.Log} --log-format json"));
        still.Kill(entireProcessTree: true);
        Assert.Contains("did not answer within 1 s", Assert.Single(wrapper.Messages), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("runc")]
    [InlineData("crun")]
    public async Task The_labels_of_the_new_Pod_are_given_to_the_restore(string runtime)
    {
        // A kernel without SELinux takes no labels: what the runtime would be given is noted in its place.
        string path = (await node.RunAsync($"command -v {runtime}")).Trim();
        var wrapper = new Wrapper(node, $"/run/{Guid.NewGuid():N}-{runtime}");
        string runtimeThere = (string)JsonNode.Parse(await File.ReadAllTextAsync(node.PathOf(wrapper.Program + ".json")))!["runtime"]!;
        await File.WriteAllTextAsync(node.PathOf(runtimeThere), $"#!/bin/sh\nprintf '%s\\n' \"$@\" > {wrapper.Folder}/arguments\n");
        await node.RunAsync($"chmod +x {runtimeThere}");
        await using Container container = await Container.PrepareAsync(node, runtime, config =>
        {
            config["process"]!["selinuxLabel"] = "system_u:system_r:container_t:s0:c1,c2";
            config["linux"]!["mountLabel"] = "system_u:object_r:container_file_t:s0:c1,c2";
        });
        await using AgentStandIn agent = wrapper.Agent(request => [(string?)request["operation"] == "create" ? """{"action":"restore","imagePath":"/i","workPath":"/w"}""" : """{"action":"ok"}"""]);
        Assert.Equal(0, await container.CreateAsync(wrapper.Program, "--systemd-cgroup"));
        string[] arguments = await File.ReadAllLinesAsync(node.PathOf($"{wrapper.Folder}/arguments"), TestContext.Current.CancellationToken);
        Assert.Equal(
            [
                "--systemd-cgroup", "restore", "--detach", "--tcp-established", "--file-locks", "--bundle", container.Bundle, "--pid-file", $"{container.Bundle}/pid",
                "--lsm-profile", "selinux:system_u:system_r:container_t:s0:c1,c2", "--lsm-mount-context", "system_u:object_r:container_file_t:s0:c1,c2",
                "--image-path", "/i", "--work-path", "/w", container.Id,
            ],
            arguments);
        // Both know every option: they come as far as to miss the images.
        CommandResult known = await node.TryAsync($"{path} {string.Join(' ', arguments[1..^1].Where(argument => argument != "--pid-file" && argument != $"{container.Bundle}/pid"))} unknown");
        Assert.NotEqual(0, known.ExitCode);
        Assert.DoesNotContain("not defined", known.Error + known.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("option", known.Error + known.Output, StringComparison.Ordinal);
    }
}
