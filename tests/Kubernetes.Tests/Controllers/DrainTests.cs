using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Events;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Controller;
using CheckpointOperator.Kubernetes.Client;
using CheckpointOperator.Kubernetes.Tests.Testing;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CheckpointOperator.Kubernetes.Tests.Controllers;

/// <summary>A whole operator, from its start to its end.</summary>
public sealed class DrainTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly ConcurrentQueue<string> _writes = new();
    private readonly ConcurrentDictionary<string, long> _counted = new();
    private readonly TaskCompletionSource _list = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly MeterListener _meters = new();
    private readonly ScriptedApiServer _api;
    private string? _lease;

    public DrainTests()
    {
        _api = new ScriptedApiServer(AnswerAsync, TimeProvider.System);
        _meters.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name == "drained")
                listener.EnableMeasurementEvents(instrument);
        };
        _meters.SetMeasurementEventCallback<long>((instrument, value, _, _) => _counted.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        _meters.Start();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _meters.Dispose();
        _api.Dispose();
    }

    [Fact]
    public async Task Work_begins_with_a_complete_cache_and_ends_before_the_lease_is_given_back_and_no_Event_is_lost()
    {
        Controller controller = new();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(_api.Connection);
        builder.Services.AddSingleton(controller);
        builder.Services
            .AddKubernetesOperator(settings => settings.WithName("drained").WithIdentity("me").WithLeaderElection(LeaderElectionType.Single, "system"))
            .AddController<Forwarder, V1Pod>();
        using IHost host = builder.Build();
        await host.StartAsync(Cancel);
        while (_lease is null)
            await Task.Delay(TimeSpan.FromMilliseconds(5), Cancel);
        // It leads, and has no list yet.
        Assert.False(controller.Entered.Task.IsCompleted);
        _list.SetResult();
        await controller.Entered.Task.WaitAsync(Limit, Cancel);

        Task stopping = host.StopAsync(Cancel);
        Assert.False(stopping.IsCompleted);
        controller.Go.SetResult();
        await stopping.WaitAsync(Limit, Cancel);

        string[] writes = [.. _writes.Where(write => !write.EndsWith("me", StringComparison.Ordinal))];
        Assert.Equal(["PATCH pods", "lease of nobody"], writes.Where(write => write != "POST events"));
        Assert.True(Array.IndexOf(writes, "POST events") > 0, "the Event of the last reconcile was lost");
        Assert.Equal(1, _counted["operator.reconciliations"]);
        Assert.Equal(0, _counted["operator.reconciliations.active"]);
        Assert.Equal(1, _counted["operator.lists"]);
        Assert.Equal(1, _counted["operator.queue.adds"]);
    }

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, string body)
    {
        string path = request.RequestUri!.AbsolutePath;
        if (path.Contains("/leases", StringComparison.Ordinal))
        {
            if (request.Method != HttpMethod.Get)
            {
                JsonNode lease = JsonNode.Parse(body)!;
                lease["metadata"]!["resourceVersion"] = Guid.NewGuid().ToString();
                _lease = lease.ToJsonString();
                string holder = lease["spec"]!["holderIdentity"]!.GetValue<string>();
                _writes.Enqueue($"lease of {(holder.Length == 0 ? "nobody" : holder)}");
            }
            return _lease is null ? ScriptedApiServer.Failure(404, "NotFound") : ScriptedApiServer.Json(_lease);
        }
        if (request.Method != HttpMethod.Get)
        {
            _writes.Enqueue($"{request.Method} {(path.Contains("/events", StringComparison.Ordinal) ? "events" : "pods")}");
            return ScriptedApiServer.Json(path.Contains("/events", StringComparison.Ordinal) ? body : Pod("2"));
        }
        if (request.RequestUri.Query.Contains("watch=true", StringComparison.Ordinal))
            return new HttpResponseMessage { Content = new StreamContent(new System.IO.Pipelines.Pipe().Reader.AsStream()) };
        await _list.Task;
        return ScriptedApiServer.Json($$"""{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[{{Pod("1")}}]}""");
    }

    private static string Pod(string version) => $$$"""{"metadata":{"name":"a","namespace":"ns","uid":"u","resourceVersion":"{{{version}}}"}}""";

    private sealed class Controller
    {
        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Go { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Forwarder(Controller controller, ResourceClient<V1Pod> pods, EventPublisher publish) : IEntityController<V1Pod>
    {
        public async Task<ReconciliationResult<V1Pod>> ReconcileAsync(V1Pod entity, CancellationToken cancellationToken)
        {
            controller.Entered.TrySetResult();
            await controller.Go.Task;
            V1Pod patched = await pods.PatchAsync(entity, current => current.Metadata.Labels = new Dictionary<string, string> { ["a"] = "b" }, cancellationToken);
            // Told by the recorder while the rest ends, at the latest when it ends itself.
            await publish(entity, "Ended", "It ended.", cancellationToken: cancellationToken);
            return ReconciliationResult<V1Pod>.Success(patched);
        }

        public Task<ReconciliationResult<V1Pod>> DeletedAsync(V1Pod entity, CancellationToken cancellationToken) =>
            Task.FromResult(ReconciliationResult<V1Pod>.Success(entity));
    }
}
