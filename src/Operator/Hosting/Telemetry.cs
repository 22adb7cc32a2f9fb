using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Resources;

namespace CheckpointOperator.Operator.Hosting;

/// <summary>Metrics and traces, sent by OTLP where an endpoint is set and nowhere else.</summary>
internal static class Telemetry
{
    // The controller runtime's meter has the operator's name; the HTTP client and .NET have their own.
    private static readonly string[] Names = [OperatorHost.Name, "System.Net.Http", "System.Runtime"];

    /// <summary>Adds the exporter if there is an endpoint.</summary>
    public static void AddTelemetry(this IServiceCollection services, OperatorOptions options)
    {
        Uri? endpoint = options.OtlpEndpoint
            ?? (Uri.TryCreate(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT"), UriKind.Absolute, out Uri? standard) ? standard : null);
        if (endpoint is null)
            return;

        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(OperatorHost.Name, serviceVersion: typeof(Telemetry).Assembly.GetName().Version?.ToString(3)))
            .WithMetrics(metrics => metrics.AddMeter(Names))
            .WithTracing(traces => traces.AddSource(Names))
            .UseOtlpExporter(OpenTelemetry.Exporter.OtlpExportProtocol.Grpc, endpoint);
    }
}
