using CheckpointOperator.Kubernetes.Health;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace CheckpointOperator.Telemetry;

/// <summary>Makes a program tell what it does.</summary>
public static class TelemetryExtensions
{
    // The SDK takes memory for this many combinations of each metric's attributes in advance; the largest, kinds and reasons, has a few dozen.
    private const int Combinations = 100;

    // .NET's own, which have the names of OpenTelemetry's semantic conventions.
    private static readonly string[] Platform = ["System.Runtime", "System.Net.Http"];

    /// <summary>Logs as lines of JSON on the console.</summary>
    /// <param name="logging">Takes it.</param>
    public static ILoggingBuilder AddJsonLines(this ILoggingBuilder logging)
    {
        ArgumentNullException.ThrowIfNull(logging);
        logging.AddConsole(console => console.FormatterName = JsonLines.FormatterName);
        logging.Services.AddSingleton<ConsoleFormatter, JsonLines>();
        return logging;
    }

    /// <summary>Sends metrics, traces and logs by OTLP where an endpoint is set, and answers scrapes where a port is. Costs nothing without either.</summary>
    /// <param name="builder">The program.</param>
    /// <param name="settings">What it tells.</param>
    public static void AddTelemetry(this IHostApplicationBuilder builder, TelemetrySettings settings)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(settings);
        builder.Configuration.AddInMemoryCollection(OtlpEnvironment.Variables());
        if (settings.Endpoint is { } endpoint)
            builder.Configuration.AddInMemoryCollection([new("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.ToString())]);
        var otlp = new OtlpEnvironment(builder.Configuration);
        bool traces = otlp.Sends(Signal.Traces);
        bool logs = otlp.Sends(Signal.Logs);
        bool metrics = otlp.Sends(Signal.Metrics);
        if (!traces && !logs && !metrics && settings.MetricsPort is null)
            return;

        OpenTelemetryBuilder telemetry = builder.Services.AddOpenTelemetry().ConfigureResource(resource => Describe(resource, settings));
        if (metrics || settings.MetricsPort is not null)
            telemetry.WithMetrics(meters => AddMetrics(meters, settings, metrics ? otlp : null));
        if (traces)
        {
            telemetry.WithTracing(tracing => tracing
                .AddSource(settings.Service, $"{settings.Service}.*")
                .SetSampler(otlp.Sampler())
                .AddOtlpExporter(options => otlp.Apply(Signal.Traces, options)));
        }
        if (logs)
        {
            telemetry.WithLogging(
                logging => logging.AddOtlpExporter(options => otlp.Apply(Signal.Logs, options)),
                options => (options.IncludeFormattedMessage, options.IncludeScopes) = (true, true));
        }
    }

    private static void AddMetrics(MeterProviderBuilder meters, TelemetrySettings settings, OtlpEnvironment? otlp)
    {
        meters.AddMeter([settings.Service, $"{settings.Service}.*", .. Platform]).AddView(_ => new MetricStreamConfiguration { CardinalityLimit = Combinations });
        if (otlp is not null)
            meters.AddOtlpExporter(options => otlp.Apply(Signal.Metrics, options));
        if (settings.MetricsPort is not { } port)
            return;
        var exporter = new PrometheusExporter();
        meters.AddReader(new BaseExportingMetricReader(exporter));
        meters.ConfigureServices(services =>
        {
            services.TryAddSingleton(TimeProvider.System);
            services.AddSingleton(provider => new MetricsServer(
                exporter, port, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<MetricsServer>>()));
            services.AddHostedService(provider => provider.GetRequiredService<MetricsServer>());
        });
    }

    // What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say comes last, and wins.
    private static void Describe(ResourceBuilder resource, TelemetrySettings settings) => resource
        .AddService(settings.Service, serviceVersion: typeof(HealthServer).Assembly.GetName().Version?.ToString(3), serviceInstanceId: settings.Instance)
        .AddAttributes(settings.Attributes)
        .AddEnvironmentVariableDetector();
}
