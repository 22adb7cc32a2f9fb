using System.Diagnostics.Metrics;

using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Hosting;


namespace CheckpointOperator.NodeAgent.Observation;

/// <summary>What the last CheckpointNode that was written says: a scrape asks neither disks nor the node.</summary>
internal sealed class NodeTelemetry : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string Name = AgentHost.Name + ".node";

    private readonly Meter _meter;
    private CheckpointNodeStatus? _last;

    /// <summary>Makes the instruments.</summary>
    /// <param name="meters">Makes the meter.</param>
    public NodeTelemetry(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _meter = meters.Create(Name);
        _meter.CreateObservableGauge("checkpoint_operator.node.ability", Abilities, "{node}", "1 where the node can do it: checkpoint, restore.");
        _meter.CreateObservableUpDownCounter("checkpoint_operator.store.archive.count", () => Measure(_last?.Archives?.Count), "{archive}", "Archives in the node's store.");
        _meter.CreateObservableUpDownCounter("checkpoint_operator.store.usage", () => Measure(_last?.Archives?.Bytes), "By", "Size of the archives in the node's store.");
        _meter.CreateObservableUpDownCounter("checkpoint_operator.store.free", () => Measure(_last?.Storage?.ArchivesAvailableBytes), "By", "Free space where the node's store is.");
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    /// <summary>Takes what was written.</summary>
    public void Report(CheckpointNodeStatus status) => _last = status;

    private IEnumerable<Measurement<int>> Abilities() => _last is not { } last ? [] :
    [
        Ability(last, ConditionTypes.CanCheckpoint, "checkpoint"),
        Ability(last, ConditionTypes.CanRestore, "restore"),
    ];

    private static Measurement<int> Ability(CheckpointNodeStatus status, string condition, string ability) => new(
        status.Conditions.Find(condition)?.Status == Conditions.True ? 1 : 0, new KeyValuePair<string, object?>("checkpoint_operator.node.ability", ability));

    private static IEnumerable<Measurement<long>> Measure(long? value) => value is { } known ? [new Measurement<long>(known)] : [];
}
