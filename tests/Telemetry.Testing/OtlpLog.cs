namespace CheckpointOperator.Telemetry.Testing;

/// <summary>A log record that was sent.</summary>
/// <param name="Service">service.name.</param>
/// <param name="Message">What it says.</param>
/// <param name="Trace">The trace's id; empty outside of any.</param>
/// <param name="Attributes">By name.</param>
public sealed record OtlpLog(string Service, string Message, string Trace, IReadOnlyDictionary<string, string> Attributes);
