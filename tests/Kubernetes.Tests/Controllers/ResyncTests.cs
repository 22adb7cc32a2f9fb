using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Controller;
using CheckpointOperator.Kubernetes.Client;
using CheckpointOperator.Kubernetes.Controllers;
using CheckpointOperator.Kubernetes.Informers;
using CheckpointOperator.Kubernetes.Queues;
using CheckpointOperator.Kubernetes.Tests.Testing;
using CheckpointOperator.Kubernetes.Tracing;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CheckpointOperator.Kubernetes.Tests.Controllers;

public sealed class ResyncTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_cached_object_is_reconciled_again_after_its_period_without_a_request()
    {
        FakeTimeProvider time = new();
        Counting controller = new();
        OperatorSettings settings = Settings.Make(builder => builder.WithCacheTimings(TimeSpan.FromMinutes(2), TimeSpan.FromHours(10)));
        EntityStore<V1Pod> store = new(time);
        using ReconcileQueue<V1Pod> queue = new(settings, Settings.Metrics(), time);
        await using ServiceProvider services = new ServiceCollection().AddSingleton<IEntityController<V1Pod>>(controller).BuildServiceProvider();
        using ScriptedApiServer api = new((_, _) => throw new InvalidOperationException("No request is expected."), time);
        Reconciler<V1Pod> reconciler = new(services.GetRequiredService<IServiceScopeFactory>(), new ResourceClient<V1Pod>(api.Server, time), [], settings);
        ControllerHost<V1Pod> host = new(store, queue, reconciler, settings, Settings.Metrics(), new ReconcileTraces(settings), time, NullLogger<ControllerHost<V1Pod>>.Instance);
        host.Subscribe();
        using CancellationTokenSource stop = new();
        Task running = host.RunAsync(stop.Token, stop.Token);
        foreach (string name in new[] { "a", "b" })
            store.Set(new V1Pod { Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "ns", Uid = name, ResourceVersion = "1" } });
        await controller.UntilAsync(2);

        time.Advance(TimeSpan.FromHours(8.9));
        Assert.Equal(2, controller.Calls);
        time.Advance(TimeSpan.FromHours(2.2));
        await controller.UntilAsync(4);
        Assert.Empty(api.Requests);
        await stop.CancelAsync();
        await running;
    }

    private sealed class Counting : IEntityController<V1Pod>
    {
        private int _calls;

        public int Calls => Volatile.Read(ref _calls);

        public async Task UntilAsync(int count)
        {
            using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
            limit.CancelAfter(TimeSpan.FromMinutes(2));
            while (Calls < count)
                await Task.Delay(TimeSpan.FromMilliseconds(5), limit.Token);
        }

        public Task<ReconciliationResult<V1Pod>> ReconcileAsync(V1Pod entity, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _calls);
            return Task.FromResult(ReconciliationResult<V1Pod>.Success(entity));
        }

        public Task<ReconciliationResult<V1Pod>> DeletedAsync(V1Pod entity, CancellationToken cancellationToken) =>
            Task.FromResult(ReconciliationResult<V1Pod>.Success(entity));
    }
}
