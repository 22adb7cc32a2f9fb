namespace CheckpointOperator.Telemetry;

/// <summary>What a program tells of itself, and where.</summary>
/// <param name="Service">The program's name: service.name. Its meters and trace sources have names that begin with it.</param>
/// <param name="Instance">Which one of them: service.instance.id.</param>
public sealed record TelemetrySettings(string Service, string Instance)
{
    /// <summary>Port of /metrics; null for none.</summary>
    public int? MetricsPort { get; init; }

    /// <summary>Where OTLP goes; null for what the environment says (OTEL_EXPORTER_OTLP_ENDPOINT), and nowhere without it.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>What else identifies the program, by the names of OpenTelemetry's semantic conventions.</summary>
    public IReadOnlyDictionary<string, object> Attributes { get; init; } = new Dictionary<string, object>();
}
