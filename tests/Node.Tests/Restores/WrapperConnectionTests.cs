using System.Net.Sockets;
using System.Text;

using CheckpointOperator.NodeAgent.Restores;

namespace CheckpointOperator.Node.Tests.Restores;

public sealed class WrapperConnectionTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("checkpoint-socket-").FullName;
    private readonly Socket _wrapper = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Socket _agent;
    private readonly WrapperConnection _connection;

    public WrapperConnectionTests()
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder, "s")));
        listener.Listen();
        _wrapper.Connect(listener.LocalEndPoint!);
        _agent = listener.Accept();
        _connection = new WrapperConnection(_agent);
    }

    public void Dispose()
    {
        _wrapper.Dispose();
        _connection.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Messages_are_lines_however_they_arrive()
    {
        Send("""{"version":1,"operation":"create","id":"a","bu""");
        Task<WrapperMessage?> first = _connection.ReceiveAsync(TestContext.Current.CancellationToken);
        Send("""
            ndle":"/b","root":"/r","runtime":"runc"}
            {"version":1,"operation":"restored","id":"a","exitCode":1,"error":null}

            """);
        Assert.Equal(new WrapperMessage { Version = 1, Operation = "create", Id = "a", Bundle = "/b", Root = "/r", Runtime = "runc" }, await first);
        Assert.Equal(new WrapperMessage { Version = 1, Operation = "restored", Id = "a", ExitCode = 1 }, await _connection.ReceiveAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_wrapper_that_hangs_up_sends_nothing_more()
    {
        _wrapper.Shutdown(SocketShutdown.Both);
        Assert.Null(await _connection.ReceiveAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Work_for_a_wrapper_that_hangs_up_is_ended()
    {
        var begun = new TaskCompletionSource();
        var ended = new TaskCompletionSource();
        Task<WrapperAnswer> waiting = _connection.WaitForAsync(
            async token =>
            {
                begun.SetResult();
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, token);
                }
                finally
                {
                    ended.SetResult();
                }
                return WrapperAnswer.Ok;
            },
            TestContext.Current.CancellationToken);
        await begun.Task;
        _wrapper.Close();
        await Assert.ThrowsAsync<SocketException>(() => waiting);
        Assert.True(ended.Task.IsCompleted);
    }

    [Fact]
    public async Task An_answer_is_given_to_a_wrapper_that_waits() =>
        Assert.Equal(WrapperAnswer.Ok, await _connection.WaitForAsync(_ => Task.FromResult(WrapperAnswer.Ok), TestContext.Current.CancellationToken));

    [Fact]
    public async Task A_line_without_an_end_is_refused()
    {
        Task<WrapperMessage?> reading = _connection.ReceiveAsync(TestContext.Current.CancellationToken);
        await _wrapper.SendAsync(new byte[80_000].Select(_ => (byte)'x').ToArray(), TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<InvalidDataException>(() => reading);
    }

    [Fact]
    public async Task An_answer_is_one_line()
    {
        await _connection.SendAsync(WrapperAnswer.Refuse("R", "two\nlines"), TestContext.Current.CancellationToken);
        byte[] received = new byte[1000];
        int length = await _wrapper.ReceiveAsync(received, TestContext.Current.CancellationToken);
        Assert.Equal("{\"action\":\"refuse\",\"reason\":\"R\",\"message\":\"two lines\"}\n", Encoding.UTF8.GetString(received, 0, length));
    }

    [Fact]
    public void The_kernel_tells_who_asks() => Assert.Equal(Environment.ProcessId, PeerCredentials.Of(_agent).Pid);

    private void Send(string text) => _wrapper.Send(Encoding.UTF8.GetBytes(text));
}
