using CheckpointOperator.Kubernetes.Abstractions.Caching;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Controller;
using CheckpointOperator.Kubernetes.Controllers;
using CheckpointOperator.Kubernetes.Informers;
using CheckpointOperator.Kubernetes.Queues;
using CheckpointOperator.Kubernetes.Tests.Testing;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CheckpointOperator.Kubernetes.Tests.Controllers;

public sealed class SecondaryWatchTests : IDisposable
{
    private readonly EntityStore<V1Node> _nodes = new(TimeProvider.System);
    private readonly EntityStore<V1Pod> _pods = new(TimeProvider.System);
    private readonly ReconcileQueue<V1Pod> _queue = new(Settings.Make(), Settings.Metrics(), TimeProvider.System);

    public SecondaryWatchTests()
    {
        new SecondaryWatch<V1Node, V1Pod>(_nodes, _pods, _queue, (node, _) => [new NamespacedName("ns", $"on-{node.Metadata.Name}")], NullLogger<SecondaryWatch<V1Node, V1Pod>>.Instance).Subscribe();
        _pods.Replace([new V1Pod { Metadata = Meta("on-n") }, new V1Pod { Metadata = Meta("other") }]);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task What_a_change_of_an_object_that_is_not_kept_concerns_is_looked_at()
    {
        _nodes.Pass(new V1Node { Metadata = Meta("n") });
        Assert.Equal(new NamespacedName("ns", "on-n"), await _queue.TakeAsync(Cancel));
    }

    [Fact]
    public async Task Everything_is_looked_at_where_changes_were_missed()
    {
        _nodes.Begin();
        NamespacedName[] taken = [await _queue.TakeAsync(Cancel), await _queue.TakeAsync(Cancel)];
        Assert.Equal(["ns/on-n", "ns/other"], taken.Select(key => key.ToString()).Order());
    }

    [Fact]
    public void A_cache_of_a_kind_that_is_not_kept_cannot_be_asked_for()
    {
        using ScriptedApiServer api = new((_, _) => throw new InvalidOperationException("Nothing is asked."), TimeProvider.System);
        ServiceCollection services = new();
        services.AddLogging().AddSingleton(api.Connection)
            .AddKubernetesOperator(settings => settings.WithName("forgetful"))
            .AddInformer<V1Node>(informer => informer.ChangesOnly = true)
            .AddController<Nothing, V1Pod>()
            .AddInformer<V1Pod>(informer => informer.ChangesOnly = true);
        using ServiceProvider provider = services.BuildServiceProvider();

        Assert.Contains("Node is registered with ChangesOnly", Assert.Throws<InvalidOperationException>(provider.GetRequiredService<IEntityCache<V1Node>>).Message, StringComparison.Ordinal);
        Assert.Contains("Pod is registered with ChangesOnly", Assert.Throws<InvalidOperationException>(() => provider.GetServices<IControllerHost>().Count()).Message, StringComparison.Ordinal);
    }

    private static V1ObjectMeta Meta(string name) => new() { Name = name, NamespaceProperty = "ns", Uid = name, ResourceVersion = "1" };

    private sealed class Nothing : IEntityController<V1Pod>
    {
        public Task<ReconciliationResult<V1Pod>> ReconcileAsync(V1Pod entity, CancellationToken cancellationToken) => Task.FromResult(ReconciliationResult<V1Pod>.Success(entity));

        public Task<ReconciliationResult<V1Pod>> DeletedAsync(V1Pod entity, CancellationToken cancellationToken) => Task.FromResult(ReconciliationResult<V1Pod>.Success(entity));
    }
}
