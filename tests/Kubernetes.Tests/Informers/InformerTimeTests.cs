using System.Collections.Concurrent;
using System.Net;
using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Client;
using CheckpointOperator.Kubernetes.Health;
using CheckpointOperator.Kubernetes.Informers;
using CheckpointOperator.Kubernetes.Tests.Testing;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CheckpointOperator.Kubernetes.Tests.Informers;

/// <summary>What an informer does as time passes, by a clock of the test's.</summary>
public sealed class InformerTimeTests : IAsyncDisposable
{
    private const string EmptyList = """{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"10"},"items":[]}""";

    private readonly FakeTimeProvider _time = new();
    private readonly ConcurrentQueue<Func<HttpResponseMessage>> _watches = new();
    private readonly ConcurrentQueue<(string Request, TimeSpan At)> _requests = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ScriptedApiServer _api;
    private readonly Informer<V1Pod> _informer;
    private readonly InformersService _informers;
    private readonly long _started;
    private Func<HttpResponseMessage> _list = () => ScriptedApiServer.Json(EmptyList);
    private Task _running = Task.CompletedTask;

    public InformerTimeTests()
    {
        _started = _time.GetTimestamp();
        _api = new ScriptedApiServer(
            (request, _) =>
            {
                bool isWatch = request.RequestUri!.Query.Contains("watch=true", StringComparison.Ordinal);
                _requests.Enqueue((request.RequestUri.Query, _time.GetElapsedTime(_started)));
                return Task.FromResult(!isWatch ? _list() : _watches.TryDequeue(out Func<HttpResponseMessage>? answer) ? answer() : Silent());
            },
            _time);
        OperatorSettings settings = Settings.Make();
        _informer = new Informer<V1Pod>(
            new ResourceClient<V1Pod>(_api.Server, _time), new EntityStore<V1Pod>(_time), new InformerScope<V1Pod>(settings, new InformerSettings(), null, null),
            settings, Settings.Metrics(), _time, NullLogger<Informer<V1Pod>>.Instance);
        _informers = new InformersService([_informer], [], [], _time);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _informers.Dispose();
        _api.Dispose();
    }

    [Fact]
    public async Task A_watch_that_hangs_on_a_dead_connection_is_given_up_after_its_own_end()
    {
        Run();
        await UntilRequestsAsync(2);
        await UntilRequestsAsync(3, TimeSpan.FromSeconds(5));

        TimeSpan asked = TimeSpan.FromSeconds(int.Parse(_requests.ElementAt(1).Request.Split("timeoutSeconds=")[1].Split('&')[0], System.Globalization.CultureInfo.InvariantCulture));
        Assert.InRange(asked, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));
        AssertPause(1, asked + TimeSpan.FromSeconds(30) + TimeSpan.FromMilliseconds(800));
        Assert.Contains("resourceVersion=10&", _requests.ElementAt(2).Request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_that_ends_at_once_is_a_failure_and_waits()
    {
        _watches.Enqueue(() => ScriptedApiServer.Json(string.Empty));
        _watches.Enqueue(() => ScriptedApiServer.Json(string.Empty));
        Run();
        await UntilRequestsAsync(4, TimeSpan.FromMilliseconds(100));
        AssertPause(1, TimeSpan.FromMilliseconds(800));
        AssertPause(2, TimeSpan.FromMilliseconds(1600));
        Assert.Single(_requests, request => !request.Request.Contains("watch=true", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_server_that_asks_for_time_gets_it()
    {
        _watches.Enqueue(() =>
        {
            HttpResponseMessage busy = ScriptedApiServer.Failure(429, "TooManyRequests");
            busy.Headers.RetryAfter = new System.Net.Http.Headers.RetryConditionHeaderValue(TimeSpan.FromSeconds(7));
            return busy;
        });
        Run();
        await UntilRequestsAsync(3, TimeSpan.FromMilliseconds(500));
        AssertPause(1, TimeSpan.FromSeconds(7));
    }

    [Fact]
    public async Task A_list_that_has_just_been_read_and_is_too_old_already_waits_before_the_next_one()
    {
        _watches.Enqueue(() => ScriptedApiServer.Failure(410, "Expired"));
        _watches.Enqueue(() => ScriptedApiServer.Failure(410, "Expired"));
        Run();
        await UntilRequestsAsync(5, TimeSpan.FromMilliseconds(100));
        AssertPause(1, TimeSpan.FromMilliseconds(800));
    }

    [Fact]
    public async Task It_is_ready_with_its_list_and_no_longer_alive_when_nothing_was_heard_for_twenty_minutes()
    {
        InformerHealth health = new(_informers, Settings.Make());
        Assert.Equal("Pod is not listed yet", health.WhyNotReady());
        Run();
        await UntilRequestsAsync(2);
        await _informer.WaitForSyncAsync(Cancel);
        Assert.Null(health.WhyNotReady());

        // From here on no connection comes about.
        for (int index = 0; index < 100; index++)
            _watches.Enqueue(() => throw new HttpRequestException("Connection refused"));
        _time.Advance(TimeSpan.FromMinutes(19));
        Assert.Null(health.WhyNotLive());
        using CancellationTokenSource limit = new(TimeSpan.FromMinutes(2));
        while (health.WhyNotLive() is null)
        {
            _time.Advance(TimeSpan.FromMinutes(1));
            await Task.Delay(TimeSpan.FromMilliseconds(5), limit.Token);
        }
        Assert.True(_informer.Silence > TimeSpan.FromMinutes(20));
        Assert.Contains("Pod heard nothing for 20 min", health.WhyNotLive(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_list_that_does_not_come_names_its_kind_and_the_reason()
    {
        _list = () => ScriptedApiServer.Failure(403, "Forbidden", "pods is forbidden");
        Run();
        await UntilRequestsAsync(1);
        while (_informer.LastError is null)
            await Task.Delay(TimeSpan.FromMilliseconds(5), Cancel);
        Task waiting = _informers.WaitForSyncAsync(TimeSpan.FromMinutes(2), Cancel);
        _time.Advance(TimeSpan.FromMinutes(2));
        TimeoutException error = await Assert.ThrowsAsync<TimeoutException>(() => waiting);
        Assert.Contains("Pod: ", error.Message, StringComparison.Ordinal);
        Assert.Contains("pods is forbidden", error.Message, StringComparison.Ordinal);
    }

    /// <summary>At least so long was between a request and the next. How much longer is this test's own clock, which goes in steps.</summary>
    private void AssertPause(int after, TimeSpan least)
    {
        TimeSpan pause = _requests.ElementAt(after + 1).At - _requests.ElementAt(after).At;
        Assert.True(pause >= least, $"the next request came after {pause}, not after {least}");
    }

    private void Run() => _running = _informer.RunAsync(_stop.Token);

    /// <summary>Waits for so many requests; with a step, lets the clock go on by it meanwhile.</summary>
    private async Task UntilRequestsAsync(int count, TimeSpan step = default)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        while (_requests.Count < count)
        {
            // What the last step set off runs first: twice a real moment for each step of the clock.
            await Task.Delay(TimeSpan.FromMilliseconds(10), limit.Token);
            if (step > TimeSpan.Zero)
                _time.Advance(step);
        }
    }

    /// <summary>A watch on which nothing ever comes.</summary>
    private static HttpResponseMessage Silent() => new(HttpStatusCode.OK) { Content = new StreamContent(new System.IO.Pipelines.Pipe().Reader.AsStream()) };
}
