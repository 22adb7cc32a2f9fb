using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Client;
using CheckpointOperator.Kubernetes.Informers;
using CheckpointOperator.Kubernetes.Tests.Testing;
using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;

namespace CheckpointOperator.Kubernetes.Tests.Informers;

public sealed class InformerTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly ConcurrentQueue<Func<HttpResponseMessage>> _lists = new();
    private readonly ConcurrentQueue<Func<HttpResponseMessage>> _watches = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly EntityStore<V1Pod> _store = new(TimeProvider.System);
    private readonly ConcurrentQueue<string> _changes = new();
    private readonly ScriptedApiServer _api;
    private Task _running = Task.CompletedTask;

    public InformerTests()
    {
        _api = new ScriptedApiServer(
            async (request, _) =>
            {
                ConcurrentQueue<Func<HttpResponseMessage>> script = request.RequestUri!.Query.Contains("watch=true", StringComparison.Ordinal) ? _watches : _lists;
                if (script.TryDequeue(out Func<HttpResponseMessage>? answer))
                    return answer();
                await Task.Delay(Timeout.Infinite, _stop.Token);
                throw new InvalidOperationException("The test is over.");
            },
            TimeProvider.System);
        _store.Subscribe(change => _changes.Enqueue($"{change.Type} {change.Key} {change.Entity.Metadata.ResourceVersion}"));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        _api.Dispose();
    }

    [Fact]
    public async Task Every_page_is_in_the_cache_before_it_is_complete()
    {
        _lists.Enqueue(() => Page("10", "more", Pod("a", 1)));
        _lists.Enqueue(() => Page("10", null, Pod("b", 2)));
        Run();
        await _store.WaitForSyncAsync(Cancel).WaitAsync(Limit, Cancel);

        Assert.Equal(["ns/a", "ns/b"], _store.Keys(_ => true).Select(key => key.ToString()).Order());
        Assert.Contains("continue=more", _api.Requests.ElementAt(1), StringComparison.Ordinal);
        Assert.Contains("labelSelector=app%3Dx&fieldSelector=spec.nodeName%3Dn", _api.Requests.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_next_page_is_asked_for_before_the_last_ones_objects_are_read()
    {
        // As the server writes its own kinds, and as it writes all others.
        _lists.Enqueue(() => Page("10", "more", Pod("a", 1)));
        _lists.Enqueue(() => ScriptedApiServer.Json($$$"""{"apiVersion":"v1","items":[{{{Pod("b", 2)}}}],"kind":"PodList","metadata":{"continue":"last","resourceVersion":"10"}}"""));
        _lists.Enqueue(() => Page("10", null, Pod("c", 3)));
        List<string> asked = [];
        Run(trim: pod => asked.Add($"{pod.Metadata.Name} {_api.Requests.Count}"));
        await _store.WaitForSyncAsync(Cancel).WaitAsync(Limit, Cancel);

        Assert.Equal(["a 2", "b 3", "c 3"], asked);
        Assert.Equal(["ns/a", "ns/b", "ns/c"], _store.Keys(_ => true).Select(key => key.ToString()).Order());
    }

    [Theory]
    [InlineData("""{"metadata":{"continue":"more"},"items":[{"metadata":7}]}""")]
    [InlineData("""{"metadata":{"continue":"more"},"items":[""")]
    public async Task A_page_that_cannot_be_read_is_tried_again_though_the_next_one_was_asked_for(string page)
    {
        _lists.Enqueue(() => ScriptedApiServer.Json(page));
        _lists.Enqueue(() => Page("10", null, Pod("a", 1)));
        _lists.Enqueue(() => Page("10", null, Pod("b", 2)));
        Run();
        await _store.WaitForSyncAsync(Cancel).WaitAsync(Limit, Cancel);
        Assert.Equal(["ns/b"], _store.Keys(_ => true).Select(key => key.ToString()));
    }

    [Fact]
    public async Task Of_a_kind_whose_changes_alone_are_told_the_newest_version_is_asked_for_and_a_gap_is_told_after_it()
    {
        ConcurrentQueue<int> missed = new();
        _store.Subscribe(_ => { }, () => missed.Enqueue(_api.Requests.Count));
        _lists.Enqueue(() => Page("10", "more", Pod("a", 1)));
        _watches.Enqueue(() => Events(Event("ADDED", Pod("b", 11)), Event("DELETED", Pod("a", 12)), """{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"50"}}}"""));
        _watches.Enqueue(() => ScriptedApiServer.Failure(410, "Gone"));
        _lists.Enqueue(() => Page("90", "more", Pod("b", 11)));
        Run(changesOnly: true);
        await RequestsAsync(5);

        string[] requests = [.. _api.Requests];
        Assert.All([requests[0], requests[3]], list => Assert.EndsWith("limit=1", list, StringComparison.Ordinal));
        Assert.Contains("resourceVersion=10&", requests[1], StringComparison.Ordinal);
        Assert.Contains("resourceVersion=50&", requests[2], StringComparison.Ordinal);
        Assert.Contains("resourceVersion=90&", requests[4], StringComparison.Ordinal);
        Assert.Equal(["Modified ns/b 11", "Modified ns/a 12"], _changes);
        // Between the version and the watch from it: whoever looks then sees what came before it.
        Assert.Equal([1, 4], missed);
        Assert.True(_store.HasSynced);
        Assert.Empty(_store.Keys(_ => true));
    }

    [Fact]
    public async Task A_watch_starts_at_the_lists_version_with_bookmarks_and_the_next_one_at_the_last_bookmarks()
    {
        _lists.Enqueue(() => Page("10", null));
        _watches.Enqueue(() => Events(Event("ADDED", Pod("a", 11)), """{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"50"}}}"""));
        Run();
        await RequestsAsync(3);

        Assert.Contains("resourceVersion=10&", _api.Requests.ElementAt(1), StringComparison.Ordinal);
        Assert.Contains("allowWatchBookmarks=true", _api.Requests.ElementAt(1), StringComparison.Ordinal);
        Assert.Contains("resourceVersion=50&", _api.Requests.ElementAt(2), StringComparison.Ordinal);
        Assert.Single(_api.Requests, request => !request.Contains("watch=true", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_version_that_is_too_old_lists_again_and_what_went_meanwhile_is_told_as_deleted(bool asEvent)
    {
        _lists.Enqueue(() => Page("10", null, Pod("a", 1), Pod("b", 2), Pod("c", 3)));
        _watches.Enqueue(() => asEvent
            ? Events("""{"type":"ERROR","object":{"kind":"Status","status":"Failure","reason":"Expired","code":410,"message":"too old"}}""")
            : ScriptedApiServer.Failure(410, "Gone"));
        _lists.Enqueue(() => Page("20", null, Pod("b", 2), Pod("c", 15)));
        Run();
        await RequestsAsync(4);

        Assert.Equal(["Added ns/a 1", "Added ns/b 2", "Added ns/c 3", "Deleted ns/a 1", "Modified ns/c 15"], _changes);
        Assert.Contains("resourceVersion=20&", _api.Requests.ElementAt(3), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_watch_that_is_cut_off_goes_on_from_the_last_event_without_a_list()
    {
        _lists.Enqueue(() => Page("10", null, Pod("a", 1)));
        _watches.Enqueue(() => Events(Event("MODIFIED", Pod("a", 12)), """{"type":"MODIFIED","object":{"metadata":{"name":"a","na"""));
        _watches.Enqueue(() => ScriptedApiServer.Failure(503, "ServiceUnavailable"));
        Run();
        await RequestsAsync(4);

        Assert.Contains("resourceVersion=12&", _api.Requests.ElementAt(2), StringComparison.Ordinal);
        Assert.Contains("resourceVersion=12&", _api.Requests.ElementAt(3), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_first_list_that_fails_is_tried_again()
    {
        _lists.Enqueue(() => ScriptedApiServer.Failure(403, "Forbidden", "pods is forbidden"));
        _lists.Enqueue(() => Page("10", null, Pod("a", 1)));
        Run();
        await _store.WaitForSyncAsync(Cancel).WaitAsync(Limit, Cancel);
        Assert.NotNull(_store.Get(new NamespacedName("ns", "a")));
    }

    [Fact]
    public async Task One_waits_for_what_an_object_will_be()
    {
        Pipe pipe = new();
        _lists.Enqueue(() => Page("10", null, Pod("a", 1)));
        _watches.Enqueue(() => new HttpResponseMessage(HttpStatusCode.OK) { Content = new StreamContent(pipe.Reader.AsStream()) });
        NamespacedName key = new("ns", "a");
        Task<V1Pod?> version = _store.WaitForAsync(key, pod => pod?.Metadata.ResourceVersion == "11", Limit, Cancel);
        Task<V1Pod?> gone = _store.WaitForAsync(key, pod => pod is null, Limit, Cancel);
        Run();
        await _store.WaitForSyncAsync(Cancel).WaitAsync(Limit, Cancel);
        Assert.False(gone.IsCompleted);

        await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(Event("MODIFIED", Pod("a", 11)) + "\n"), Cancel);
        Assert.Equal("a", (await version)!.Metadata.Name);
        await pipe.Writer.WriteAsync(Encoding.UTF8.GetBytes(Event("DELETED", Pod("a", 12)) + "\n"), Cancel);
        Assert.Null(await gone);

        TimeoutException never = await Assert.ThrowsAsync<TimeoutException>(() => _store.WaitForAsync(key, pod => pod is not null, TimeSpan.FromMilliseconds(1), Cancel));
        Assert.Contains("Pod ns/a", never.Message, StringComparison.Ordinal);
        await pipe.Writer.CompleteAsync();
    }

    private void Run(Action<V1Pod>? trim = null, bool changesOnly = false)
    {
        InformerScope<V1Pod> scope = new(Settings.Make(), new InformerSettings { LabelSelector = "app=x", FieldSelector = "spec.nodeName=n", ChangesOnly = changesOnly }, null, null);
        Informer<V1Pod> informer = new(
            new ResourceClient<V1Pod>(_api.Server, TimeProvider.System), _store, scope, Settings.Make(), Settings.Metrics(), TimeProvider.System, NullLogger<Informer<V1Pod>>.Instance, trim);
        _running = informer.RunAsync(_stop.Token);
    }

    private async Task RequestsAsync(int count)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        limit.CancelAfter(Limit);
        while (_api.Requests.Count < count)
            await Task.Delay(TimeSpan.FromMilliseconds(5), limit.Token);
    }

    private static string Pod(string name, int version) =>
        $$$"""{"metadata":{"name":"{{{name}}}","namespace":"ns","uid":"uid-{{{name}}}","resourceVersion":"{{{version}}}"}}""";

    private static string Event(string type, string entity) => $$$"""{"type":"{{{type}}}","object":{{{entity}}}}""";

    private static HttpResponseMessage Page(string version, string? next, params string[] items) => ScriptedApiServer.Json(
        $$$"""{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"{{{version}}}"{{{(next is null ? "" : $",\"continue\":\"{next}\"")}}}},"items":[{{{string.Join(',', items)}}}]}""");

    private static HttpResponseMessage Events(params string[] lines) => ScriptedApiServer.Json(string.Join('\n', lines) + (lines[^1].EndsWith('}') ? "\n" : ""));
}
