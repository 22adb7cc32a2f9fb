using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Observation;

using k8s.Models;

using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Node;

/// <summary>Writes the node's CheckpointNode: at start, on every heartbeat, and when something changed.</summary>
/// <param name="probe">Finds out what the node can do.</param>
/// <param name="stamp">Tells when that may have changed.</param>
/// <param name="nodes">Writes the object.</param>
/// <param name="metrics">Tells it, too.</param>
/// <param name="options">The node's name and the heartbeat.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells what could not be written.</param>
internal sealed partial class NodeReport(
    NodeProbe probe, NodeStamp stamp, ResourceClient<V1Alpha1CheckpointNode> nodes, NodeTelemetry metrics, IOptions<AgentOptions> options, TimeProvider time, ILogger<NodeReport> logger)
    : BackgroundService
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(10);

    // A look takes a few tenths of a millisecond: a hundredth of a percent of a processor.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _changed = new(0, 1);

    /// <summary>Something changed that the object tells.</summary>
    public void Refresh()
    {
        try
        {
            _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // A refresh is due already.
        }
    }

    public override void Dispose()
    {
        _changed.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan retry = RetryPause;
        while (true)
        {
            TimeSpan pause = options.Value.Heartbeat;
            // Before the node is probed: what changes meanwhile is seen by the next look.
            string seen = Look();
            try
            {
                if (!await WriteAsync(stoppingToken))
                {
                    // Whoever mends a node waits for that to be seen, and not all of it shows in a file; a node that nobody mends is asked ever less.
                    pause = retry;
                    retry = TimeSpan.FromTicks(Math.Min(retry.Ticks * 2, options.Value.Heartbeat.Ticks));
                    probe.Forget();
                }
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // The node works without it, and the operator sees the heartbeat missing.
                Log.NotWritten(logger, options.Value.NodeName, failure);
                pause = RetryPause;
            }
            if (await ChangesWithinAsync(pause, seen, stoppingToken))
                retry = RetryPause;
        }
    }

    private string Look()
    {
        try
        {
            return $"{stamp.OfPrograms()}\n{stamp.OfStore()}";
        }
        catch (FileSystemException unreadable)
        {
            // That is a change, too, and the probe tells of it.
            return unreadable.Message;
        }
    }

    // Whether something changed before the time was up.
    private async Task<bool> ChangesWithinAsync(TimeSpan limit, string seen, CancellationToken cancellationToken)
    {
        long start = time.GetTimestamp();
        for (TimeSpan left = limit; left > TimeSpan.Zero; left = limit - time.GetElapsedTime(start))
        {
            if (await _changed.WaitAsync(left < BetweenLooks ? left : BetweenLooks, cancellationToken) || Look() != seen)
                return true;
        }
        return false;
    }

    // Whether the node can do everything.
    private async Task<bool> WriteAsync(CancellationToken cancellationToken)
    {
        CheckpointNodeStatus probed = await probe.ProbeAsync(cancellationToken);
        var key = new NamespacedName(null, options.Value.NodeName);
        V1Alpha1CheckpointNode node = await nodes.GetAsync(key, cancellationToken) ?? await CreateAsync(key, cancellationToken);
        V1Alpha1CheckpointNode written = await nodes.PatchStatusAsync(
            node,
            changed =>
            {
                probed.Conditions = NodeConditions.Of(probed, changed.Status.Conditions, time.GetUtcNow());
                probed.HeartbeatTime = time.GetUtcNow().UtcDateTime;
                changed.Status = probed;
            },
            cancellationToken);
        metrics.Report(written.Status);
        return written.Status.Conditions?.All(condition => condition.Status == Conditions.True) == true;
    }

    private async Task<V1Alpha1CheckpointNode> CreateAsync(NamespacedName key, CancellationToken cancellationToken)
    {
        try
        {
            return await nodes.CreateAsync(new V1Alpha1CheckpointNode { Metadata = new V1ObjectMeta { Name = key.Name } }, cancellationToken);
        }
        catch (ApiServerException exists) when (exists.IsAlreadyExists)
        {
            return await nodes.GetAsync(key, cancellationToken) ?? throw new InvalidOperationException($"CheckpointNode {key} comes and goes");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "CheckpointNode {Node} could not be written; trying again.")]
        public static partial void NotWritten(ILogger logger, string node, Exception failure);
    }
}
