using System.Diagnostics.Metrics;

using CheckpointOperator.Core.Archives;

namespace CheckpointOperator.NodeAgent.Store;

/// <summary>Counts archives that were refused, by the reason's name, which stands in status, in Events and in the command line's JSON as well.</summary>
public sealed class ArchiveRefusals : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "checkpoint-agent.archives";

    private readonly Meter _meter;
    private readonly Counter<long> _refused;

    /// <summary>Makes the counter.</summary>
    /// <param name="meters">Makes the meter.</param>
    public ArchiveRefusals(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        _meter = meters.Create(MeterName);
        _refused = _meter.CreateCounter<long>("checkpoint_operator.archive.refusals", "{archive}", "Archives that were refused, by reason.");
    }

    /// <inheritdoc />
    public void Dispose() => _meter.Dispose();

    /// <summary>Counts one.</summary>
    /// <param name="refused">The refusal.</param>
    public void Count(ArchiveRefusedException refused)
    {
        ArgumentNullException.ThrowIfNull(refused);
        _refused.Add(1, new KeyValuePair<string, object?>("error.type", refused.Reason.ToString()));
    }
}
