namespace CheckpointOperator.Telemetry.Testing;

/// <summary>A span that was sent.</summary>
/// <param name="Service">service.name.</param>
/// <param name="Name">Its name.</param>
/// <param name="Trace">The trace's id.</param>
/// <param name="Id">Its id.</param>
/// <param name="Parent">Its parent's id; empty for a root.</param>
/// <param name="Start">In nanoseconds of the Unix epoch.</param>
/// <param name="End">In nanoseconds of the Unix epoch.</param>
/// <param name="Attributes">By name.</param>
/// <param name="Links">Traces that it points to.</param>
/// <param name="IsError">Whether it failed.</param>
public sealed record OtlpSpan(
    string Service, string Name, string Trace, string Id, string Parent, ulong Start, ulong End,
    IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> Links, bool IsError);
