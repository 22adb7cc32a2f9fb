using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>Pods of several containers: those that are listed go on, the others start from their images, and each has its result.</summary>
public sealed class SeveralContainersTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    private const string Image = Manifests.Image;

    // What each container says is in its memory only; /shared is for both, and the Pod's init container has written there before.
    private static string HookedPod(string name) => $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{name}} }
        spec:
          terminationGracePeriodSeconds: 5
          automountServiceAccountToken: false
          initContainers:
          - name: prepare
            image: {{Image}}
            imagePullPolicy: IfNotPresent
            command: [sh, -c, "echo prepared > /shared/prepared"]
            volumeMounts: [{name: shared, mountPath: /shared}]
          containers:
          - name: app
            image: {{Image}}
            imagePullPolicy: IfNotPresent
            command: [sh, -c, "trap 'echo ended; exit 0' TERM; id=$(cat /proc/sys/kernel/random/uuid); while n=$((n + 1)); do echo $n $id; echo $n $id > /tmp/next; mv /tmp/next /tmp/state; sleep 0.2; done"]
            volumeMounts: [{name: shared, mountPath: /shared}]
            startupProbe: {exec: {command: [test, -s, /tmp/state]}, periodSeconds: 1, timeoutSeconds: 30}
            livenessProbe: {exec: {command: [test, -s, /tmp/state]}, periodSeconds: 1, timeoutSeconds: 30, failureThreshold: 1}
            readinessProbe: {exec: {command: [test, -s, /tmp/state]}, periodSeconds: 1, timeoutSeconds: 30}
            lifecycle:
              postStart: {exec: {command: [sh, -c, "echo started >> /tmp/hooks"]} }
              preStop: {exec: {command: [sh, -c, "echo stopping > /proc/1/fd/1"]} }
          - name: reader
            image: {{Image}}
            imagePullPolicy: IfNotPresent
            command: [sh, -c, "id=$(cat /proc/sys/kernel/random/uuid); while n=$((n + 1)); do echo $n $id > /tmp/next; mv /tmp/next /tmp/state; sleep 0.2; done"]
            volumeMounts: [{name: shared, mountPath: /shared}]
          - name: fresh
            image: {{Image}}
            imagePullPolicy: IfNotPresent
            command: [sh, -c, "id=$(cat /proc/sys/kernel/random/uuid); while n=$((n + 1)); do echo $n $id > /tmp/next; mv /tmp/next /tmp/state; sleep 0.2; done"]
          volumes: [{name: shared, emptyDir: {} }]
        """;

    [Fact]
    public async Task Containers_checkpointed_at_different_times_go_on_together_with_probes_and_hooks()
    {
        await Namespace.ApplyAsync(HookedPod("pod"));
        await Namespace.UntilPodReadyAsync("pod");
        (int count, string app) = await StateAsync("pod", "app");
        (_, string reader) = await StateAsync("pod", "reader");
        (_, string fresh) = await StateAsync("pod", "fresh");
        await ShellAsync("pod", "app", "echo early > /shared/early; echo only > /shared/only");
        await Namespace.CheckpointAsync("app", "pod", "container: app");
        await ShellAsync("pod", "reader", "rm /shared/early /shared/prepared; echo late > /shared/late");
        await Namespace.CheckpointAsync("reader", "pod", "container: reader", "afterCheckpoint: DeletePod");
        await Namespace.KubectlAsync("wait", "--for=delete", "pod/pod", "--timeout=120s");

        await Namespace.ApplyAsync(Manifests.RestoreContainers("copy", [("app", "app"), ("reader", "reader")]));
        JsonObject restore = await Namespace.UntilReadyAsync(Namespace.Restore("copy"));
        Assert.Equal(["app Restored", "reader Restored", "fresh StartedFresh"], Results(restore));
        Assert.Equal("2/2", restore.Status("restoredContainers"));
        Assert.Contains("2/2", await Namespace.KubectlAsync("get", "containerrestore", "copy"), StringComparison.Ordinal);

        // Probes: the startup probe lets it be started at once, and the liveness probe, which may fail no time, finds it alive.
        JsonObject pod = await Namespace.UntilPodReadyAsync("copy");
        (int restored, string identity) = await StateAsync("copy", "app");
        Assert.Equal(app, identity);
        Assert.True(restored > count);
        Assert.Equal(reader, (await StateAsync("copy", "reader")).Identity);
        Assert.NotEqual(fresh, (await StateAsync("copy", "fresh")).Identity);
        Assert.All(pod["status"]!["containerStatuses"]!.AsArray(), status => Assert.True((bool)status!["started"]!));
        // The kubelet knows nothing of restores: the hook of a container's start has run for this one, too.
        Assert.Equal("started\nstarted", (await ShellAsync("copy", "app", "cat /tmp/hooks")).Trim());
        // The volume is as the later checkpoint has it, without what the init container wrote into it anew.
        Assert.Equal("late\nonly", (await ShellAsync("copy", "app", "ls /shared")).Trim());

        await EndAsync("copy", "reader");
        JsonObject ended = await Namespace.UntilAsync(Namespace.Restore("copy"), value => Results(value).Contains("reader StartedFresh"), "tells that reader was started afresh");
        Assert.True(ended.Says("Ready", "True") && ended.Says("Restored", "True"));
        await Namespace.UntilAsync(Namespace.Pod("copy"), value => Restarts(value, "reader") == 1 && value.Says("Ready", "True"), "was started again");
        Assert.NotEqual(reader, (await StateAsync("copy", "reader")).Identity);
        (int later, string same) = await StateAsync("copy", "app");
        Assert.Equal(app, same);
        Assert.True(later > restored);
        // The liveness probe has looked at it some times by now.
        await Namespace.UntilAsync(Namespace.Pod("copy"), value => Restarts(value, "app") == 0, "did not restart app");

        var follow = new Command("kubectl", "-n", Namespace.Name, "logs", "-f", "copy", "-c", "app", "--tail=1") { Environment = Cluster.Kubectl.Environment };
        Task<List<string>> log = follow.ReadLinesAsync(TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken).AsTask();
        await Namespace.DeletePodAsync("copy");
        Assert.Equal(["stopping", "ended"], (await log).Where(line => line is "stopping" or "ended"));
    }

    [Fact]
    public async Task A_Pod_of_which_one_container_is_refused_is_not_called_Ready_and_goes_on_once_it_is_not()
    {
        await Namespace.ApplyAsync(Manifests.ShellPod("pod", "Always", ("one", "exec sleep 1000"), ("two", "exec sleep 1001")));
        await Namespace.UntilPodReadyAsync("pod");
        await Namespace.CheckpointAsync("one", "pod", "container: one");
        string archive = (await Namespace.CheckpointAsync("two", "pod", "container: two")).Status("archive", "path")!;
        await Namespace.EndPodAsync("pod");
        // Changed, not gone: that would be seen by the agent, which looks whether archives are there, and be told before a Pod is made.
        await Cluster.Node.RunAsync($"mv {archive} {archive}.away; (cat {archive}.away; echo more) > {archive}");

        await Namespace.ApplyAsync(Manifests.RestoreContainers("copy", [("one", "one"), ("two", "two")]));
        await Namespace.UntilRefusedAsync(Namespace.Restore("copy"), "Restored", "DigestMismatch");
        JsonObject half = await Namespace.UntilAsync(Namespace.Restore("copy"), value => value.Says("Ready", "False", "RestoreFailed"), "tells the refusal");
        Assert.Equal(["one Restored", "two Pending"], Results(half));
        Assert.Equal(("Running", "1/2"), (half.Phase, half.Status("restoredContainers")));
        Assert.False((await Cluster.Kubectl.GetAsync(Namespace.Pod("copy")))!.Says("Ready", "True"));

        await Cluster.Node.RunAsync($"mv {archive}.away {archive}");
        JsonObject whole = await Namespace.UntilReadyAsync(Namespace.Restore("copy"), TimeSpan.FromMinutes(5));
        Assert.Equal(["one Restored", "two Restored"], Results(whole));
    }

    [Fact]
    public async Task Jobs_that_were_restored_end_as_they_would_have()
    {
        // Who asks for the end is waited for: with process 1 the kernel ends every process of the container.
        const string Job = "n=0; until [ -s /tmp/end ]; do n=$((n + 1)); sleep 0.2; done; while kill -0 $(cat /tmp/end) 2> /dev/null; do sleep 0.1; done; echo counted $n";
        await Namespace.ApplyAsync(Manifests.ShellPod("job", "Never", ("one", Job), ("two", Job)));
        await Namespace.UntilPodReadyAsync("job");
        await Namespace.CheckpointAsync("one", "job", "container: one");
        await Namespace.CheckpointAsync("two", "job", "container: two");
        await Namespace.ApplyAsync(Manifests.RestoreContainers("copy", [("two", "two"), ("one", "one")]));
        await Namespace.UntilReadyAsync(Namespace.Restore("copy"));

        foreach (string container in (string[])["one", "two"])
            await ShellAsync("copy", container, "echo $$ > /tmp/end");
        await Namespace.UntilAsync(Namespace.Pod("copy"), pod => pod.Phase == "Succeeded", "succeeded");
        Assert.StartsWith("counted", await Namespace.KubectlAsync("logs", "copy", "-c", "two"), StringComparison.Ordinal);
        Assert.Equal("Ready", (await Cluster.Kubectl.GetAsync(Namespace.Restore("copy")))!.Phase);
    }

    private static IEnumerable<string> Results(JsonObject restore) =>
        restore["status"]?["containers"]?.AsArray().Select(container => $"{container!["name"]} {container["result"]}") ?? [];

    private static int Restarts(JsonObject pod, string container) =>
        (int)pod["status"]!["containerStatuses"]!.AsArray().Single(status => (string?)status!["name"] == container)!["restartCount"]!;

    private Task<string> ShellAsync(string pod, string container, string script) => Namespace.KubectlAsync("exec", pod, "-c", container, "--", "sh", "-c", script);

    private async Task<(int Count, string Identity)> StateAsync(string pod, string container)
    {
        string[] state = (await ShellAsync(pod, container, "until [ -s /tmp/state ]; do sleep 0.1; done; cat /tmp/state")).Trim().Split(' ');
        return (int.Parse(state[0], null), state[1]);
    }

    // Process 1 of a container takes no signal that it has no handler for, so it is ended from the node.
    private async Task EndAsync(string restore, string container)
    {
        JsonNode ended = (await Cluster.Kubectl.GetAsync(Namespace.Restore(restore)))!["status"]!["containers"]!.AsArray().Single(status => (string?)status!["name"] == container)!;
        await Cluster.Node.RunAsync($"kill -9 {ended["pid"]}");
    }
}
