using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>A running process goes on in an ordinary Pod.</summary>
public sealed partial class GoingOnTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    [Fact]
    public async Task A_server_with_threads_a_client_and_open_files_goes_on_in_a_pod_with_another_address()
    {
        JsonObject source = await Namespace.StartServerAsync("server");
        string address = source.Status("podIP")!;
        await Namespace.ApplyAsync(Manifests.ClientPod("client", address));
        await Namespace.UntilAsync(Namespace.Pod("client"), pod => pod.Phase == "Running", "runs");
        await UntilAnswerAfterAsync(0);
        ServerState before = await Namespace.AskAsync("server");

        JsonObject checkpoint = await Namespace.CheckpointAsync("first", "server");
        ServerState after = await Namespace.AskAsync("server");
        Assert.Equal(before.Identity, after.Identity);
        Assert.True(after.Count > before.Count, "the source goes on after its checkpoint");
        Assert.Equal("Runtime", checkpoint.Status("engine"));
        Assert.StartsWith("sha256:", checkpoint.Status("archive", "digest"), StringComparison.Ordinal);
        // The client's connection outlived the freeze.
        long answered = await LastAnswerAsync();
        await Namespace.UntilAsync(Namespace.Pod("client"), pod => pod.Phase == "Running", "is still connected");
        await UntilAnswerAfterAsync(answered);

        JsonObject restore = await Namespace.RestoreAsync("copy", "first");
        Assert.True(int.Parse(restore.Status("restored", "pid")!, null) > 0);
        JsonObject copy = await Namespace.UntilPodReadyAsync("copy");
        Assert.NotEqual(address, copy.Status("podIP"));
        Assert.NotEqual((string?)source["metadata"]!["uid"], (string?)copy["metadata"]!["uid"]);

        ServerState restored = await Namespace.AskAsync("copy");
        Assert.Equal(before.Identity, restored.Identity);
        Assert.Equal(before.Pid, restored.Pid);
        // The client's thread ended with its connection; the accepting thread and the one that answers are there.
        Assert.Equal(1, restored.Connections);
        Assert.Equal(3, restored.Threads);
        Assert.Equal("hello", restored.Greeting);
        Assert.True(restored.LogIsItsFile, "the open file is the file in the emptyDir of the new Pod");
        Assert.True(restored.LogOffset > before.LogOffset);

        // The count went on from memory: the first line of the new container's log follows the state at the checkpoint.
        (long first, string identity) = await FirstTickAsync("copy");
        Assert.Equal(before.Identity, identity);
        Assert.InRange(first, before.Count + 1, after.Count + 1);
        // The log in the emptyDir has every tick from the first to the last, so nothing was lost or done twice.
        string log = await Namespace.ExecAsync("copy", "cat", "/data/log");
        long[] ticks = [.. Tick().Matches(log).Select(tick => long.Parse(tick.Groups[1].Value, null))];
        Assert.Equal(Enumerable.Range(1, ticks.Length).Select(number => (long)number), ticks);

        // The source still runs beside its copy.
        ServerState beside = await Namespace.AskAsync("server");
        Assert.True(beside.Count > after.Count, "the source goes on beside its copy");

        await Namespace.DeletePodAsync("copy");
        await Namespace.DeletePodAsync("server");
    }

    [Fact]
    public async Task Files_written_changed_and_deleted_before_the_checkpoint_are_as_they_were()
    {
        await Namespace.StartServerAsync("server");
        await Namespace.ExecAsync("server", "sh", "-c", """
            set -e
            echo written > /root/written; chmod 640 /root/written; chown 7:8 /root/written; touch -d '2001-02-03 04:05:06 UTC' /root/written
            ln -s /etc/passwd /root/link; mkdir -m 2770 /root/folder; echo inner > /root/folder/inner
            echo changed >> /etc/issue
            rm /etc/debian_version
            rm -r /usr/share/base-files
            rm -r /etc/skel; mkdir /etc/skel; echo only > /etc/skel/only
            mkdir -p /data/deep/er; echo kept > /data/deep/er/file; chmod 600 /data/deep/er/file
            """);
        string before = await SurveyAsync("server");

        await Namespace.CheckpointAsync("files", "server");
        await Namespace.DeletePodAsync("server");
        await Namespace.RestoreAsync("back", "files", "podName: server");

        Assert.Equal(before, await SurveyAsync("server"));
    }

    [Fact]
    public async Task A_restored_pod_serves_kubectl_and_can_be_checkpointed_and_restored_again()
    {
        await Namespace.StartServerAsync("server");
        await Namespace.CheckpointAsync("first", "server");
        await Namespace.DeletePodAsync("server");
        await Namespace.RestoreAsync("second", "first");
        await Namespace.UntilPodReadyAsync("second");
        ServerState second = await Namespace.AskAsync("second");

        await Namespace.CheckpointAsync("again", "second");
        await Namespace.DeletePodAsync("second");
        await Namespace.RestoreAsync("third", "again");
        await Namespace.UntilPodReadyAsync("third");
        ServerState third = await Namespace.AskAsync("third");
        Assert.Equal(second.Identity, third.Identity);
        Assert.True(third.Count > second.Count);
        (long first, _) = await FirstTickAsync("third");
        Assert.True(first > second.Count, "the count went on from the second checkpoint");

        // A log that is followed shows the ticks to come.
        string followed = await Namespace.KubectlAsync("logs", "third", "--tail=1");
        Assert.Matches(Tick(), followed);
    }

    [Theory]
    [InlineData("StartFresh")]
    [InlineData("RestoreAgain")]
    public async Task A_restored_container_that_ends_is_started_again_as_asked(string onContainerRestart)
    {
        await Namespace.StartServerAsync("server");
        await Namespace.CheckpointAsync("first", "server");
        await Namespace.DeletePodAsync("server");
        await Namespace.RestoreAsync("copy", "first", $"onContainerRestart: {onContainerRestart}");
        ServerState restored = await Namespace.AskAsync("copy");

        // Process 1 of a container takes no signal that it has no handler for, so it is ended from the node.
        await Cluster.Node.RunAsync($"kill -9 {await PidAsync("copy")}");
        await Namespace.UntilAsync(Namespace.Pod("copy"), pod => (int?)pod.FirstContainer?["restartCount"] == 1 && pod.Says("Ready", "True"), "was started again");
        ServerState again = await Namespace.AskAsync("copy");
        Assert.Equal(onContainerRestart == "RestoreAgain", again.Identity == restored.Identity);
    }

    [Fact]
    public async Task Redis_comes_back_with_its_keys_and_its_client()
    {
        // The client waits for what is pushed after the restore.
        await Namespace.ApplyAsync(Manifests.ShellPod("redis", "Always", ("redis", """
            redis-server --save '' --appendonly no --dir /tmp &
            until redis-cli ping 2> /dev/null | grep -q PONG; do sleep 0.1; done
            redis-cli blpop queue 0 > /tmp/popped &
            wait
            """)));
        await Namespace.UntilPodReadyAsync("redis");
        await Namespace.ExecAsync("redis", "sh", "-c", """
            until redis-cli ping | grep -q PONG; do sleep 0.1; done
            until redis-cli client list | grep -q cmd=blpop; do sleep 0.1; done
            redis-cli eval "for i = 0, 9999 do redis.call('set', 'key:' .. i, 'value:' .. i) end" 0
            """);

        await Namespace.CheckpointAsync("keys", "redis", "afterCheckpoint: DeletePod");
        await Namespace.KubectlAsync("wait", "--for=delete", "pod/redis", "--timeout=120s");
        await Namespace.RestoreAsync("redis", "keys");

        Assert.Equal("10000", (await Namespace.ExecAsync("redis", "redis-cli", "dbsize")).Trim());
        Assert.Equal("value:9999", (await Namespace.ExecAsync("redis", "redis-cli", "get", "key:9999")).Trim());
        Assert.Equal("queue\nlate", (await Namespace.ExecAsync("redis", "sh", "-c", """
            redis-cli rpush queue late > /dev/null
            until grep -q late /tmp/popped; do sleep 0.1; done
            cat /tmp/popped
            """)).Trim());
    }

    private async Task<string> PidAsync(string restore) =>
        (await Namespace.UntilReadyAsync(Namespace.Restore(restore))).Status("restored", "pid")!;

    private Task<string> SurveyAsync(string pod) => Namespace.ExecAsync(pod, "sh", "-c", """
        stat -c '%n %F %a %u:%g %Y %s' /root/written /root/link /root/folder /root/folder/inner /etc/issue /etc/skel /etc/skel/* /data/deep /data/deep/er/file
        cat /root/written /root/folder/inner /etc/issue /data/deep/er/file; readlink /root/link; ls -A /etc/skel
        ls -d /etc/debian_version /usr/share/base-files 2>&1 || true
        """);

    private async Task<(long Count, string Identity)> FirstTickAsync(string pod)
    {
        string log = await Namespace.KubectlAsync("logs", pod);
        Match tick = Tick().Match(log);
        Assert.True(tick.Success, $"the log of {pod} has no tick: {log}");
        return (long.Parse(tick.Groups[1].Value, null), tick.Groups[2].Value);
    }

    private async Task<long> LastAnswerAsync()
    {
        string log = await Namespace.KubectlAsync("logs", "client", "--tail=1");
        return long.Parse(log.Split(' ')[1], null);
    }

    private async Task UntilAnswerAfterAsync(long answer)
    {
        var follow = new Command("kubectl", "-n", Namespace.Name, "logs", "-f", "client", "--tail=1") { Environment = Cluster.Kubectl.Environment };
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        await foreach (string line in follow.ReadLinesAsync(limit.Token))
        {
            if (long.Parse(line.Split(' ')[1], null) > answer)
                return;
        }
        Assert.Fail("the client's log ended: its connection did not outlive the checkpoint");
    }

    [GeneratedRegex(@"^tick (\d+) (\w+)$", RegexOptions.Multiline)]
    private static partial Regex Tick();
}
