using System.Collections.Concurrent;
using System.Threading.Channels;
using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
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

namespace CheckpointOperator.Kubernetes.Tests.Controllers;

public sealed class ControllerHostTests : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly Recorder _controller = new();
    private readonly EntityStore<V1Pod> _store = new(TimeProvider.System);
    private readonly ReconcileQueue<V1Pod> _queue;
    private readonly ServiceProvider _services;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abandon = new();
    private readonly Task _running;

    public ControllerHostTests()
    {
        OperatorSettings settings = Settings.Make(builder => builder.WithParallelReconciliation(4));
        _queue = new ReconcileQueue<V1Pod>(settings, Settings.Metrics(), TimeProvider.System);
        _services = new ServiceCollection().AddSingleton<IEntityController<V1Pod>>(_controller).BuildServiceProvider();
        using ScriptedApiServer api = new((_, _) => throw new InvalidOperationException("No request is expected."), TimeProvider.System);
        Reconciler<V1Pod> reconciler = new(
            _services.GetRequiredService<IServiceScopeFactory>(), new ResourceClient<V1Pod>(api.Server, TimeProvider.System), [], settings);
        ControllerHost<V1Pod> host = new(_store, _queue, reconciler, settings, Settings.Metrics(), new ReconcileTraces(settings), TimeProvider.System, NullLogger<ControllerHost<V1Pod>>.Instance);
        host.Subscribe();
        _running = host.RunAsync(_stop.Token, _abandon.Token);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Limit, CancellationToken.None);
        _queue.Dispose();
        _stop.Dispose();
        _abandon.Dispose();
        await _services.DisposeAsync();
    }

    [Fact]
    public async Task An_exception_is_tried_again_until_it_goes_well_also_far_beyond_the_error_limit()
    {
        int tries = 0;
        _controller.Reconcile = pod => ++tries < 8 ? throw new InvalidOperationException("not yet") : ReconciliationResult<V1Pod>.Success(pod);
        _store.Set(Pod("a", "u1", 1));
        await _controller.CallsAsync(8);
        Assert.Equal(8, tries);
    }

    [Fact]
    public async Task A_failure_without_a_time_is_tried_again_too()
    {
        int tries = 0;
        _controller.Reconcile = pod => ++tries < 3 ? ReconciliationResult<V1Pod>.Failure(pod, "not yet") : ReconciliationResult<V1Pod>.Success(pod);
        _store.Set(Pod("a", "u1", 1));
        await _controller.CallsAsync(3);
    }

    [Fact]
    public async Task A_success_with_a_time_comes_again()
    {
        _controller.Reconcile = pod => ReconciliationResult<V1Pod>.Success(pod, TimeSpan.FromMilliseconds(1));
        _store.Set(Pod("a", "u1", 1));
        await _controller.CallsAsync(5);
    }

    [Fact]
    public async Task A_controller_that_changes_its_copy_does_not_change_the_cache()
    {
        _controller.Reconcile = pod =>
        {
            pod.Metadata.Labels = new Dictionary<string, string> { ["a"] = "b" };
            return ReconciliationResult<V1Pod>.Success(pod);
        };
        _store.Set(Pod("a", "u1", 1));
        await _controller.CallsAsync(1);
        Assert.Null(_store.Get(new NamespacedName("ns", "a"))!.Metadata.Labels);
    }

    [Fact]
    public async Task A_deleted_object_is_told_once_with_its_last_state()
    {
        _store.Set(Pod("a", "u1", 1));
        await _controller.CallsAsync(1);
        _store.Remove(Pod("a", "u1", 2));
        await _controller.CallsAsync(2);
        Assert.Equal(["reconcile ns/a u1", "deleted ns/a u1"], _controller.Calls);
    }

    [Fact]
    public async Task An_object_that_was_replaced_by_one_of_its_name_is_told_as_deleted_before_the_new_one_is_reconciled()
    {
        TaskCompletionSource gate = new();
        _controller.Before = gate.Task;
        _store.Set(Pod("a", "u1", 1));
        await _controller.CallsAsync(1);
        _store.Set(Pod("a", "u2", 2));
        gate.SetResult();
        await _controller.CallsAsync(3);
        Assert.Equal(["reconcile ns/a u1", "deleted ns/a u1", "reconcile ns/a u2"], _controller.Calls);
    }

    [Fact]
    public async Task A_reconcile_that_runs_is_ended_in_peace_when_the_process_stops()
    {
        TaskCompletionSource gate = new();
        _controller.Before = gate.Task;
        _store.Set(Pod("a", "u1", 1));
        await _controller.CallsAsync(1);
        await _stop.CancelAsync();
        Assert.False(_running.IsCompleted);
        gate.SetResult();
        await _running.WaitAsync(Limit, Cancel);
        Assert.Equal(1, _controller.Completed);
    }

    [Theory]
    [InlineData(ReconcileStrategy.ByGeneration, false)]
    [InlineData(ReconcileStrategy.ByResourceVersion, true)]
    public void A_change_of_the_status_alone_asks_for_a_reconcile_only_by_resource_version(ReconcileStrategy strategy, bool asks) =>
        Assert.Equal(asks, ChangeFilter.AsksForReconcile(strategy, Change(pod => pod.Status = new V1PodStatus { Phase = "Running" })));

    [Fact]
    public void Deletion_finalizers_labels_annotations_and_the_spec_ask_for_a_reconcile()
    {
        Action<V1Pod>[] changes =
        [
            pod => pod.Metadata.Generation = 2,
            pod => pod.Metadata.DeletionTimestamp = DateTime.UnixEpoch,
            pod => pod.Metadata.Finalizers = ["x"],
            pod => pod.Metadata.Labels = new Dictionary<string, string> { ["a"] = "b" },
            pod => pod.Metadata.Annotations = new Dictionary<string, string> { ["a"] = "b" },
        ];
        Assert.All(changes, change => Assert.True(ChangeFilter.AsksForReconcile(ReconcileStrategy.ByGeneration, Change(change))));
    }

    private static EntityChange<V1Pod> Change(Action<V1Pod> change)
    {
        V1Pod before = Pod("a", "u", 1);
        before.Metadata.Generation = 1;
        V1Pod after = Pod("a", "u", 2);
        after.Metadata.Generation = 1;
        change(after);
        return new EntityChange<V1Pod>(ReconciliationType.Modified, NamespacedName.Of(after), after, before);
    }

    private static V1Pod Pod(string name, string uid, int version) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "ns", Uid = uid, ResourceVersion = $"{version}" },
    };

    private sealed class Recorder : IEntityController<V1Pod>
    {
        private readonly Channel<string> _called = Channel.CreateUnbounded<string>();
        private int _completed;
        private int _awaited;

        public ConcurrentQueue<string> Calls { get; } = new();

        public int Completed => _completed;

        public Task Before { get; set; } = Task.CompletedTask;

        public Func<V1Pod, ReconciliationResult<V1Pod>> Reconcile { get; set; } = pod => ReconciliationResult<V1Pod>.Success(pod);

        public async Task<ReconciliationResult<V1Pod>> ReconcileAsync(V1Pod entity, CancellationToken cancellationToken)
        {
            Record("reconcile", entity);
            await Before;
            try
            {
                return Reconcile(entity);
            }
            finally
            {
                Interlocked.Increment(ref _completed);
            }
        }

        public Task<ReconciliationResult<V1Pod>> DeletedAsync(V1Pod entity, CancellationToken cancellationToken)
        {
            Record("deleted", entity);
            return Task.FromResult(ReconciliationResult<V1Pod>.Success(entity));
        }

        public async Task CallsAsync(int count)
        {
            for (; _awaited < count; _awaited++)
                await _called.Reader.ReadAsync(Cancel).AsTask().WaitAsync(Limit, Cancel);
        }

        private void Record(string what, V1Pod pod)
        {
            string call = $"{what} {NamespacedName.Of(pod)} {pod.Metadata.Uid}";
            Calls.Enqueue(call);
            _called.Writer.TryWrite(call);
        }
    }
}
