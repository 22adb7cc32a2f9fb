using System.Text.Json;
using System.Text.Json.Nodes;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Controller;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Finalizer;
using CheckpointOperator.Kubernetes.Client;
using CheckpointOperator.Kubernetes.Controllers;
using CheckpointOperator.Kubernetes.Json;
using CheckpointOperator.Kubernetes.Tests.Testing;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;

namespace CheckpointOperator.Kubernetes.Tests.Controllers;

/// <summary>Finalizers around the controller, with a server that keeps one object.</summary>
public sealed class ReconcilerTests : IAsyncDisposable
{
    private readonly List<string> _story = [];
    private readonly ScriptedApiServer _api;
    private readonly ServiceProvider _services;
    private readonly Reconciler<V1Pod> _reconciler;
    private V1Pod? _stored = new() { Metadata = new V1ObjectMeta { Name = "a", NamespaceProperty = "ns", Uid = "u", ResourceVersion = "1" } };
    private Func<V1Pod, ReconciliationResult<V1Pod>> _finalize = pod => ReconciliationResult<V1Pod>.Success(pod);

    public ReconcilerTests()
    {
        _api = new ScriptedApiServer((request, body) => Task.FromResult(Answer(request, body)), TimeProvider.System);
        _services = new ServiceCollection()
            .AddSingleton<IEntityController<V1Pod>>(new Controller(_story))
            .AddKeyedSingleton<IEntityFinalizer<V1Pod>>("x/one", new Finalizer("one", _story, pod => _finalize(pod)))
            .AddKeyedSingleton<IEntityFinalizer<V1Pod>>("x/two", new Finalizer("two", _story, pod => _finalize(pod)))
            .BuildServiceProvider();
        _reconciler = new Reconciler<V1Pod>(
            _services.GetRequiredService<IServiceScopeFactory>(), new ResourceClient<V1Pod>(_api.Server, TimeProvider.System),
            [new FinalizerRegistration<V1Pod>("x/one", typeof(Finalizer)), new FinalizerRegistration<V1Pod>("x/two", typeof(Finalizer))], Settings.Make());
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _api.Dispose();
    }

    [Fact]
    public async Task Finalizers_are_attached_before_the_controller_does_anything_and_once()
    {
        await _reconciler.ReconcileAsync(KubernetesSerializer.Clone(_stored!), Cancel);
        await _reconciler.ReconcileAsync(KubernetesSerializer.Clone(_stored!), Cancel);
        Assert.Equal(["x/one", "x/two"], _stored!.Metadata.Finalizers);
        Assert.Equal(["PATCH x/one,x/two", "reconcile", "reconcile"], _story);
    }

    [Fact]
    public async Task Finalizers_run_one_after_the_other_and_each_is_taken_off_when_it_is_done()
    {
        V1Pod deleted = Deleted("x/one", "foreign", "x/two");
        await _reconciler.ReconcileAsync(deleted, Cancel);
        Assert.Equal(["finalize one", "PATCH foreign,x/two", "finalize two", "PATCH foreign", "reconcile"], _story);
    }

    [Fact]
    public async Task A_finalizer_that_is_not_done_stays_and_keeps_the_next_one_waiting()
    {
        _finalize = pod => ReconciliationResult<V1Pod>.Failure(pod, "not yet", requeueAfter: TimeSpan.FromSeconds(3));
        ReconciliationResult<V1Pod> result = await _reconciler.ReconcileAsync(Deleted("x/one", "x/two"), Cancel);
        Assert.Equal((false, TimeSpan.FromSeconds(3)), (result.IsSuccess, result.RequeueAfter));
        Assert.Equal(["finalize one"], _story);
    }

    [Fact]
    public async Task What_was_cleaned_up_is_committed_though_the_process_ends_meanwhile()
    {
        using CancellationTokenSource ending = new();
        _finalize = pod =>
        {
            ending.Cancel();
            return ReconciliationResult<V1Pod>.Success(pod);
        };
        await _reconciler.ReconcileAsync(Deleted("x/one"), ending.Token);
        Assert.Null(_stored);
    }

    [Fact]
    public async Task An_object_that_went_meanwhile_is_no_failure()
    {
        V1Pod deleted = Deleted("x/one");
        _stored = null;
        Assert.True((await _reconciler.ReconcileAsync(deleted, Cancel)).IsSuccess);
    }

    private V1Pod Deleted(params string[] finalizers)
    {
        _stored!.Metadata.Finalizers = finalizers;
        _stored.Metadata.DeletionTimestamp = DateTime.UnixEpoch;
        return KubernetesSerializer.Clone(_stored);
    }

    private HttpResponseMessage Answer(HttpRequestMessage request, string body)
    {
        if (_stored is null)
            return ScriptedApiServer.Failure(404, "NotFound");
        if (request.Method == HttpMethod.Patch)
        {
            JsonNode? finalizers = JsonNode.Parse(body)!["metadata"]!["finalizers"];
            _stored.Metadata.Finalizers = finalizers is null ? null : JsonSerializer.Deserialize<List<string>>(finalizers);
            _stored.Metadata.ResourceVersion += "1";
            _story.Add($"PATCH {string.Join(',', _stored.Metadata.Finalizers ?? [])}".TrimEnd());
        }
        V1Pod answer = _stored;
        if (answer.Metadata is { DeletionTimestamp: not null, Finalizers: null or { Count: 0 } })
            _stored = null;
        return ScriptedApiServer.Json(JsonSerializer.Serialize(answer, KubernetesSerializer.TypeInfo<V1Pod>()));
    }

    private sealed class Controller(List<string> story) : IEntityController<V1Pod>
    {
        public Task<ReconciliationResult<V1Pod>> ReconcileAsync(V1Pod entity, CancellationToken cancellationToken)
        {
            story.Add("reconcile");
            return Task.FromResult(ReconciliationResult<V1Pod>.Success(entity));
        }

        public Task<ReconciliationResult<V1Pod>> DeletedAsync(V1Pod entity, CancellationToken cancellationToken) =>
            Task.FromResult(ReconciliationResult<V1Pod>.Success(entity));
    }

    private sealed class Finalizer(string name, List<string> story, Func<V1Pod, ReconciliationResult<V1Pod>> result) : IEntityFinalizer<V1Pod>
    {
        public Task<ReconciliationResult<V1Pod>> FinalizeAsync(V1Pod entity, CancellationToken cancellationToken)
        {
            story.Add($"finalize {name}");
            return Task.FromResult(result(entity));
        }
    }
}
