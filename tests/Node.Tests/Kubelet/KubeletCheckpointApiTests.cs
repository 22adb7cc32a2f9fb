using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Kubelet;

namespace CheckpointOperator.Node.Tests.Kubelet;

public sealed class KubeletCheckpointApiTests : IAsyncDisposable
{
    private const string Path = "/var/lib/kubelet/checkpoints/checkpoint-redis-0_default-redis-2026-11-23T15:04:05Z.tar";
    private const string CriuText =
        "rpc error: code = Unknown desc = checkpointing container \"abc\" failed: runc did not terminate successfully: exit status 1: criu failed: type DUMP errno 0 path= /run/containerd/io.containerd.runtime.v2.task/k8s.io/abc/criu-dump.log";

    private readonly KubeletSetup _kubelet = new();

    public KubeletCheckpointApiTests() => _kubelet.Server.Checkpoint = () => Path;

    public ValueTask DisposeAsync() => _kubelet.DisposeAsync();

    [Theory]
    [InlineData(30, 30)]
    [InlineData(0.2, 1)]
    [InlineData(90.5, 91)]
    public async Task The_container_is_named_in_the_path_and_the_timeout_goes_along_in_whole_seconds(double timeout, int seconds)
    {
        Assert.Equal(Path, await _kubelet.AskAsync(TimeSpan.FromSeconds(timeout)));
        Assert.Equal([$"POST /checkpoint/default/redis-0/redis?timeout={seconds}"], _kubelet.Server.Requests);
    }

    [Fact]
    public async Task A_token_that_was_replaced_is_read_anew()
    {
        await _kubelet.AskAsync();
        _kubelet.Server.Accepted = "the next token";
        Assert.Equal(CheckpointFailedException.EngineUnavailable, (await RefusalAsync()).Reason);
        await File.WriteAllTextAsync(_kubelet.Options.KubeletTokenFile, "the next token\n", TestContext.Current.CancellationToken);
        Assert.Equal(Path, await _kubelet.AskAsync());
    }

    [Fact]
    public async Task Without_a_token_the_kubelet_says_401()
    {
        File.Delete(_kubelet.Options.KubeletTokenFile);
        await RefusesAsync(CheckpointFailedException.EngineUnavailable, "(401)", "authentication.webhook.enabled");
    }

    [Fact]
    public Task A_right_that_is_missing_is_named()
    {
        _kubelet.Server.Allowed = false;
        return RefusesAsync(CheckpointFailedException.EngineUnavailable, "(403)", "create on nodes/checkpoint", "user=system:serviceaccount");
    }

    [Fact]
    public Task A_gate_that_is_off_is_told_from_a_container_that_is_not_there()
    {
        _kubelet.Server.Gate = false;
        return RefusesAsync(CheckpointFailedException.EngineUnavailable, "has no checkpoint API (404", "ContainerCheckpoint", "engine Runtime");
    }

    [Fact]
    public async Task A_container_that_is_not_there_is_told_from_a_gate_that_is_off()
    {
        CheckpointFailedException refused = await Assert.ThrowsAsync<CheckpointFailedException>(() => _kubelet.AskAsync(container: "other"));
        Assert.Equal(CheckpointFailedException.ContainerNotRunning, refused.Reason);
        Assert.Contains("container other does not exist", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_timeout_that_the_kubelet_does_not_understand_is_told_from_both()
    {
        _kubelet.Server.OnTheWay = _ => new KubeletReply(404, "cannot parse value of timeout parameter");
        return RefusesAsync(CheckpointFailedException.CheckpointFailed, "cannot parse value of timeout parameter");
    }

    [Theory]
    [InlineData(CriuText, CheckpointFailedException.CheckpointFailed, "criu failed: type DUMP errno 0 path= /run/containerd")]
    [InlineData("rpc error: code = Unimplemented desc = unknown method CheckpointContainer for service runtime.v1.RuntimeService", CheckpointFailedException.EngineUnavailable, "containerd takes them from 2.0")]
    [InlineData("rpc error: code = DeadlineExceeded desc = context deadline exceeded", CheckpointFailedException.TimedOut, "spec.timeout")]
    [InlineData("rpc error: code = Unknown desc = exec: \"criu\": executable file not found in $PATH", CheckpointFailedException.CriuMissing, "install CRIU")]
    public Task What_the_container_engine_says_is_passed_on_and_understood(string said, string reason, string told)
    {
        _kubelet.Server.Checkpoint = () => throw new InvalidOperationException(said);
        return RefusesAsync(reason, told, "(500)");
    }

    [Theory]
    [InlineData(503, "Service Unavailable", CheckpointFailedException.EngineUnavailable)]
    [InlineData(429, "slow down", CheckpointFailedException.EngineUnavailable)]
    [InlineData(405, "405: Method Not Allowed", CheckpointFailedException.EngineUnavailable)]
    [InlineData(504, "gateway timeout", CheckpointFailedException.TimedOut)]
    [InlineData(500, "Authorization error (user=agent, verb=create, resource=nodes, subresource=checkpoint)", CheckpointFailedException.EngineUnavailable)]
    [InlineData(418, "I'm a teapot", CheckpointFailedException.CheckpointFailed)]
    public Task Any_other_answer_is_quoted(int status, string body, string reason)
    {
        _kubelet.Server.OnTheWay = _ => new KubeletReply(status, body);
        return RefusesAsync(reason, $"({status})".Replace("(418)", "answered 418", StringComparison.Ordinal), body.Split(',')[0]);
    }

    [Fact]
    public async Task A_redirect_is_not_followed_so_that_the_token_goes_nowhere_else()
    {
        await using var elsewhere = new KubeletSetup();
        _kubelet.Server.OnTheWay = _ => new KubeletReply(307, "") { Header = $"Location: {elsewhere.Server.Address}/checkpoint/default/redis-0/redis" };
        await RefusesAsync(CheckpointFailedException.EngineUnavailable, "(307)", "KubeletUrl");
        Assert.Empty(elsewhere.Server.Requests);
    }

    [Theory]
    [InlineData("""{"items":[]}""", "0 archives")]
    [InlineData("""{"items":["/a","/b"]}""", "2 archives")]
    [InlineData("""{"items":[null]}""", "1 archives")]
    [InlineData("""{"items":[""]}""", "1 archives")]
    [InlineData("{}", "0 archives")]
    [InlineData("", "0 archives")]
    [InlineData("<html>", "<html>")]
    public Task An_answer_that_names_no_archive_is_a_failure(string body, string told)
    {
        _kubelet.Server.OnTheWay = _ => new KubeletReply(200, body);
        return RefusesAsync(CheckpointFailedException.CheckpointFailed, told);
    }

    [Fact]
    public async Task An_answer_without_end_is_read_no_further_than_its_start()
    {
        _kubelet.Server.OnTheWay = _ => new KubeletReply(500, new string('x', 50_000_000));
        CheckpointFailedException refused = await RefusalAsync();
        Assert.InRange(refused.Message.Length, 500, 800);
    }

    [Fact]
    public Task A_slow_answer_is_waited_for_until_the_timeout()
    {
        var arrival = new TaskCompletionSource();
        _kubelet.Server.OnTheWay = reply => reply with { Before = arrival.Task };
        Task<string> answer = _kubelet.AskAsync();
        Assert.False(answer.IsCompleted);
        arrival.SetResult();
        return answer;
    }

    [Fact]
    public async Task An_answer_that_never_comes_ends_at_the_timeout()
    {
        _kubelet.Server.OnTheWay = reply => reply with { Before = new TaskCompletionSource().Task };
        using var client = new KubeletClient(Microsoft.Extensions.Options.Options.Create(_kubelet.Options), _kubelet.Node.Root, _kubelet);
        TimeoutException late = await Assert.ThrowsAsync<TimeoutException>(
            () => client.PostAsync("/checkpoint/default/redis-0/redis", TimeSpan.FromMilliseconds(300), TestContext.Current.CancellationToken));
        Assert.Contains("0.3 s", late.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public async Task An_answer_that_is_cut_is_a_failure_and_the_call_is_not_sent_again(int bytes)
    {
        _kubelet.Server.OnTheWay = reply => reply with { CutAfter = bytes };
        await RefusesAsync(CheckpointFailedException.CheckpointFailed, "did not answer it to the end");
        Assert.Single(_kubelet.Server.Requests);
    }

    [Fact]
    public async Task A_kubelet_that_is_not_there_leaves_the_choice_of_another_engine()
    {
        await _kubelet.Server.DisposeAsync();
        await RefusesAsync(CheckpointFailedException.EngineUnavailable, "cannot be asked", "refused");
    }

    [Fact]
    public async Task The_probe_tells_a_gate_that_is_off_from_a_right_that_is_missing()
    {
        Assert.True((await ProbeAsync()).Available);
        _kubelet.Server.Gate = false;
        Assert.False((await ProbeAsync()).Available);
        _kubelet.Server.Allowed = false;
        KubeletProbe forbidden = await ProbeAsync();
        Assert.Null(forbidden.Available);
        Assert.Contains("create on nodes/checkpoint", forbidden.Message, StringComparison.Ordinal);
        await _kubelet.Server.DisposeAsync();
        Assert.Null((await ProbeAsync()).Available);
    }

    private Task<KubeletProbe> ProbeAsync() => _kubelet.Api().ProbeAsync(TestContext.Current.CancellationToken);

    private Task<CheckpointFailedException> RefusalAsync() => Assert.ThrowsAsync<CheckpointFailedException>(() => _kubelet.AskAsync());

    private async Task RefusesAsync(string reason, params string[] told)
    {
        CheckpointFailedException refused = await RefusalAsync();
        Assert.Equal(reason, refused.Reason);
        Assert.All(told, text => Assert.Contains(text, refused.Message, StringComparison.Ordinal));
    }
}
