using CheckpointOperator.Node.Tests.Node;
using CheckpointOperator.Node.Tests.RestoreRuntime;
using CheckpointOperator.NodeAgent;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Node;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.Node.Tests.Containers;

/// <summary>CRI-O's containers, found by what CRI-O 1.37 leaves on the node: its storage's folders, and conmon.</summary>
public sealed class CriOContainersTests(NodeFixture node) : IDisposable
{
    private readonly NodeRoot _root = new(node.Root);

    public void Dispose() => _root.Dispose();

    [Theory]
    [InlineData("/usr/sbin/runc")]
    [InlineData("/usr/bin/crun")]
    public async Task A_container_is_found_with_the_runtime_that_its_monitor_was_given(string runtime)
    {
        await using ConmonContainer running = await ConmonContainer.PrepareAsync(node, runtime);
        await running.CreateAsync(runtime);
        (await running.TryAsync(runtime, "start")).OrThrow();

        RunningContainer found = Containers().Find(new ContainerId("cri-o", running.Id));
        Assert.Equal(
            (running.Bundle, running.RootFs, runtime, running.StateRoot), (found.Bundle, found.RootFs, found.RuntimePath, found.RuntimeRoot));
        Assert.Equal("counter-0", found.Spec.Annotation(EngineAnnotations.Of(found.Id).PodName));

        (await running.TryAsync(runtime, "kill", "TERM")).OrThrow();
        await running.ExitAsync();
        await node.RunAsync($"while kill -0 $(cat {running.Bundle}/conmon-pidfile); do sleep 0.05; done 2> /dev/null");
        var ended = Assert.Throws<ContainerNotFoundException>(() => Containers().Find(new ContainerId("cri-o", running.Id)));
        Assert.Contains("it has ended", ended.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_container_that_is_being_created_is_found_by_its_bundle()
    {
        await using ConmonContainer prepared = await ConmonContainer.PrepareAsync(node, "/usr/sbin/runc");
        RunningContainer found = Containers().FindCreated(prepared.Id, prepared.Bundle, "/usr/bin/crun", "/run/elsewhere");
        Assert.Equal(("cri-o", "/usr/bin/crun", "/run/elsewhere"), (found.Id.Engine, found.RuntimePath, found.RuntimeRoot));
    }

    [Fact]
    public async Task A_process_of_another_mount_namespace_is_no_monitor_whatever_it_calls_itself()
    {
        await using ConmonContainer container = await ConmonContainer.PrepareAsync(node, "/usr/sbin/runc");
        string arguments = $"conmon -c {container.Id} -b {container.Bundle} -r /evil --runtime-arg --root=/evil";
        await node.RunAsync($"""
            unshare --mount sh -c 'while :; do sleep 1000; done' {arguments} > /dev/null 2>&1 < /dev/null &
            echo $! > {container.Bundle}/conmon-pidfile
            timeout 30 sh -c 'until grep -q evil /proc/$0/cmdline && [ "$(readlink /proc/$0/ns/mnt)" != "$(readlink /proc/1/ns/mnt)" ]; do sleep 0.05; done' $!
            """);
        Assert.Throws<ContainerNotFoundException>(() => Containers().Find(new ContainerId("cri-o", container.Id)));
        await node.RunAsync($"kill $(cat {container.Bundle}/conmon-pidfile)");
    }

    [Theory]
    [InlineData("cri-o", "0123abc", "CriORunRoot")]
    [InlineData("cri-o", "../../etc", "no container id")]
    [InlineData("docker", "0123abc", "neither containerd nor CRI-O")]
    public void What_is_not_found_says_where_it_was_looked_for(string engine, string id, string words)
    {
        var missing = Assert.Throws<ContainerNotFoundException>(() => Containers().Find(new ContainerId(engine, id)));
        Assert.Contains(words, missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Only_the_engines_own_words_tell_whose_a_container_is()
    {
        EngineAnnotations crio = EngineAnnotations.Of(new ContainerId("cri-o", "a"));
        Assert.Equal("io.kubernetes.pod.uid", crio.PodUid);
        Assert.Equal("io.kubernetes.cri.sandbox-uid", EngineAnnotations.Of(new ContainerId("containerd", "a")).PodUid);
    }

    private NodeContainers Containers()
    {
        IOptions<AgentOptions> options = Options.Create(new AgentOptions());
        return new NodeContainers(new ContainerdContainers(_root, options), new CriOContainers(_root, options));
    }
}
