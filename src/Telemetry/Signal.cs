namespace CheckpointOperator.Telemetry;

/// <summary>What OTLP sends, by its name in the environment's variables.</summary>
internal enum Signal
{
    Metrics,
    Traces,
    Logs,
}
