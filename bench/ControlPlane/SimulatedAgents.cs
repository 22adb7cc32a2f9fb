using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Threading.Channels;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Kubernetes.Client;
using k8s;
using k8s.Models;

namespace CheckpointOperator.ControlPlane.Benchmark;

/// <summary>What the agents of all nodes write, and when they see what. One watch stands for those of all agents.</summary>
internal sealed class SimulatedAgents(SimulatedCluster cluster, BenchOptions options)
{
    private const int Workers = 12;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    /// <summary>Real agents write their heartbeat that often.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMinutes(5);

    private readonly Channel<Func<CancellationToken, Task>> _work = Channel.CreateUnbounded<Func<CancellationToken, Task>>();
    private readonly ConcurrentDictionary<string, byte> _begun = new();
    private readonly ConcurrentDictionary<string, int> _archives = new();
    private int _repeated;

    /// <summary>The checkpoints: when each was first seen with its node, and which have ended.</summary>
    public Tally Checkpoints { get; } = new();

    /// <summary>The restores: when each was first seen with its Pod, and which have ended.</summary>
    public Tally Restores { get; } = new();

    /// <summary>How often an agent had to try again because the server would not answer, or had forgotten what it watched from.</summary>
    public int Repeated => _repeated;

    /// <summary>Works until it is cancelled. Fails with the first write that fails.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            Task[] parts =
            [
                WatchAsync(cluster.Checkpoints, SeeCheckpoint, cancellationToken),
                WatchAsync(cluster.Restores, SeeRestore, cancellationToken),
                BeatAsync(cancellationToken),
                .. Enumerable.Range(0, Workers).Select(_ => WorkAsync(cancellationToken)),
            ];
            await await Task.WhenAny(parts);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Told to end.
        }
    }

    private async Task WatchAsync<T>(ResourceClient<T> client, Action<T, long> see, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        ResourceScope scope = new(SimulatedCluster.Namespace);
        string? version = null;
        // The server ends watches of a kind whose definition has just been made, and of those that it gets ahead of.
        while (true)
        {
            try
            {
                version ??= await ListAsync(client, scope, see, cancellationToken);
                using WatchStream<T> watch = await client.WatchAsync(scope, version, TimeSpan.FromHours(1), cancellationToken);
                await foreach (WatchEvent<T> change in watch.ReadAsync(cancellationToken))
                {
                    version = change.Entity.Metadata.ResourceVersion;
                    if (change.Type is WatchEventType.Added or WatchEventType.Modified)
                        see(change.Entity, Stopwatch.GetTimestamp());
                }
            }
            catch (ApiServerException error) when (error.IsExpired)
            {
                version = null;
                Interlocked.Increment(ref _repeated);
            }
            catch (Exception refused) when (AsksForPatience(refused))
            {
                Interlocked.Increment(ref _repeated);
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private static async Task<string> ListAsync<T>(ResourceClient<T> client, ResourceScope scope, Action<T, long> see, CancellationToken cancellationToken)
        where T : class, IKubernetesObject<V1ObjectMeta>
    {
        EntityList<T> list = await client.ListAsync(scope, cancellationToken);
        foreach (T entity in list.Items)
            see(entity, Stopwatch.GetTimestamp());
        return list.Metadata.ResourceVersion;
    }

    private async Task WorkAsync(CancellationToken cancellationToken)
    {
        await foreach (Func<CancellationToken, Task> work in _work.Reader.ReadAllAsync(cancellationToken))
        {
            try
            {
                await work(cancellationToken);
            }
            catch (Exception refused) when (AsksForPatience(refused))
            {
                Interlocked.Increment(ref _repeated);
                _work.Writer.TryWrite(work);
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    // A server at its limit does, and real agents try again too.
    private static bool AsksForPatience(Exception refused) =>
        refused is HttpRequestException or IOException or TimeoutException or ApiServerException { StatusCode: HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError };

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer timer = new(Heartbeat / options.Nodes);
        for (int node = 0; await timer.WaitForNextTickAsync(cancellationToken); node = (node + 1) % options.Nodes)
            await ReportAsync(SimulatedCluster.NodeName(node), cancellationToken);
    }

    private async Task ReportAsync(string nodeName, CancellationToken cancellationToken)
    {
        if (await cluster.CheckpointNodes.GetAsync(new NamespacedName(null, nodeName), cancellationToken) is { } node)
            await cluster.ReportAsync(node, _archives.GetValueOrDefault(nodeName), cancellationToken);
    }

    private void SeeCheckpoint(V1Alpha1ContainerCheckpoint checkpoint, long now)
    {
        if (checkpoint.Status.Phase is CheckpointPhase.Ready or CheckpointPhase.Failed)
            Checkpoints.End(checkpoint.Metadata.Name, checkpoint.Status.Phase == CheckpointPhase.Ready);
        if (checkpoint.Status.Phase != CheckpointPhase.Running || !_begun.TryAdd(checkpoint.Metadata.Uid, 0))
            return;
        Checkpoints.Assign(checkpoint.Metadata.Name, now);
        _work.Writer.TryWrite(token => TakeAsync(checkpoint, token));
    }

    private void SeeRestore(V1Alpha1ContainerRestore restore, long now)
    {
        if (restore.Status.Phase is RestorePhase.Ready or RestorePhase.Failed)
            Restores.End(restore.Metadata.Name, restore.Status.Phase == RestorePhase.Ready);
        if (restore.Status.Phase != RestorePhase.Running || !_begun.TryAdd(restore.Metadata.Uid, 0))
            return;
        Restores.Assign(restore.Metadata.Name, now);
        _work.Writer.TryWrite(token => RestoreAsync(restore, token));
    }

    // The agent's two writes, the second with as much as a real one tells; and the store's new size.
    private async Task TakeAsync(V1Alpha1ContainerCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        V1Alpha1ContainerCheckpoint begun = await cluster.Checkpoints.PatchStatusAsync(
            checkpoint,
            current =>
            {
                current.Status.Engine = CheckpointEngine.Runtime;
                current.Status.EngineReason = "chosen by Auto, because the container runs on runc";
                current.Status.Message = "Taking the checkpoint with engine Runtime, chosen by Auto, because the container runs on runc.";
                Set(current, "Checkpointed", Conditions.False, "Checkpointing", current.Status.Message);
            },
            cancellationToken);
        string digest = $"sha256:{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(checkpoint.Metadata.Uid)))}";
        await cluster.Checkpoints.PatchStatusAsync(
            begun,
            current =>
            {
                ContainerCheckpointStatus status = current.Status;
                status.Phase = CheckpointPhase.Ready;
                status.CompletionTime = DateTime.UtcNow;
                status.FrozenMilliseconds = 138;
                status.Archive = new ArchiveStatus { Path = $"/var/lib/checkpoint-operator/archives/{checkpoint.Metadata.Uid}.tar", SizeBytes = 16 << 20, Digest = digest, Compression = "none" };
                status.Container!.Runtime = "runc";
                status.Container.Arch = "amd64";
                status.Container.Kernel = "6.18.0";
                status.Content = new ArchiveContent { Processes = 3, MemoryBytes = 16 << 20, RootfsDiffBytes = 4096, ChangedFiles = 2, DeletedFiles = 0 };
                status.Message = $"The archive of {status.Archive.SizeBytes} bytes is in the node's store.";
                Set(current, "Checkpointed", Conditions.True, "Checkpointed", "The container was checkpointed and goes on.");
                Set(current, "ArchiveVerified", Conditions.True, "ArchiveVerified", $"The archive is whole: {digest}.");
                Set(current, "Ready", Conditions.True, "Ready", "The checkpoint can be restored.");
            },
            cancellationToken);
        _archives.AddOrUpdate(checkpoint.Status.NodeName!, 1, static (_, count) => count + 1);
        await ReportAsync(checkpoint.Status.NodeName!, cancellationToken);
    }

    // The kubelet's write of the Pod, and the agent's two of the restore.
    private async Task RestoreAsync(V1Alpha1ContainerRestore restore, CancellationToken cancellationToken)
    {
        V1Alpha1ContainerRestore begun = await cluster.Restores.PatchStatusAsync(restore, current => Tell(current, RestoreResult.Pending, "Restoring", Conditions.False), cancellationToken);
        await cluster.Restores.PatchStatusAsync(begun, current => Tell(current, RestoreResult.Restored, "Restored", Conditions.True), cancellationToken);
        V1Pod pod = await cluster.Pods.GetAsync(new NamespacedName(SimulatedCluster.Namespace, restore.Status.PodName!), cancellationToken)
            ?? throw new InvalidOperationException($"ContainerRestore {restore.Metadata.Name} is Running without its Pod {restore.Status.PodName}.");
        await cluster.RunAsync(pod, cancellationToken);
    }

    private static void Tell(V1Alpha1ContainerRestore restore, RestoreResult result, string reason, string status)
    {
        foreach (RestoreContainerStatus container in restore.Status.Containers!.Where(container => container.Checkpoint is not null))
            (container.Result, container.Reason, container.Attempts) = (result, reason, 1);
        restore.Status.Attempts = 1;
        restore.Status.Conditions = restore.Status.Conditions.With("Restored", status, reason, $"The agent says {reason}.", restore.Metadata.Generation, DateTimeOffset.UtcNow);
    }

    private static void Set(V1Alpha1ContainerCheckpoint checkpoint, string type, string status, string reason, string message) =>
        checkpoint.Status.Conditions = checkpoint.Status.Conditions.With(type, status, reason, message, checkpoint.Metadata.Generation, DateTimeOffset.UtcNow);
}
