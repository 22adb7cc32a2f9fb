using System.Globalization;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;

namespace CheckpointOperator.Telemetry;

/// <summary>OpenTelemetry's own variables (OTEL_…), of which the SDK reads those that hold for all signals.</summary>
/// <param name="configuration">Has them by their names.</param>
internal sealed class OtlpEnvironment(IConfiguration configuration)
{
    private const string Prefix = "OTEL_";

    /// <summary>The process's variables.</summary>
    public static Dictionary<string, string?> Variables() => Environment.GetEnvironmentVariables()
        .Cast<System.Collections.DictionaryEntry>()
        .Where(variable => ((string)variable.Key).StartsWith(Prefix, StringComparison.Ordinal))
        .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value);

    /// <summary>Whether a signal has an endpoint, and nothing turns it off.</summary>
    public bool Sends(Signal signal) =>
        !string.Equals(configuration["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase)
        && !string.Equals(configuration[$"OTEL_{Name(signal)}_EXPORTER"], "none", StringComparison.OrdinalIgnoreCase)
        && (Own(signal, "ENDPOINT") ?? NonEmpty("OTEL_EXPORTER_OTLP_ENDPOINT")) is not null;

    /// <summary>Sets what the environment has for one signal alone; the rest the options have read.</summary>
    /// <exception cref="FormatException">A variable's value cannot be.</exception>
    public void Apply(Signal signal, OtlpExporterOptions options)
    {
        // First the protocol: an endpoint that is set is the whole address.
        if (Own(signal, "PROTOCOL") is { } protocol)
        {
            options.Protocol = protocol switch
            {
                "grpc" => OtlpExportProtocol.Grpc,
                "http/protobuf" => OtlpExportProtocol.HttpProtobuf,
                _ => throw new FormatException($"{Variable(signal, "PROTOCOL")} is '{protocol}': grpc or http/protobuf is expected"),
            };
        }
        if (Own(signal, "ENDPOINT") is { } endpoint)
        {
            options.Endpoint = Uri.TryCreate(endpoint, UriKind.Absolute, out Uri? address)
                ? address
                : throw new FormatException($"{Variable(signal, "ENDPOINT")} is '{endpoint}': an address such as http://collector:4318/v1/{Name(signal).ToLowerInvariant()} is expected");
        }
        if (Own(signal, "HEADERS") is { } headers)
            options.Headers = headers;
        if (Own(signal, "TIMEOUT") is { } timeout)
        {
            options.TimeoutMilliseconds = int.TryParse(timeout, out int milliseconds)
                ? milliseconds
                : throw new FormatException($"{Variable(signal, "TIMEOUT")} is '{timeout}': milliseconds are expected");
        }
    }

    /// <summary>
    /// What is recorded: OTEL_TRACES_SAMPLER, which is asked for remote parents as well. Those come from annotations, and who writes one decides nothing here.
    /// </summary>
    /// <exception cref="FormatException">A variable's value cannot be.</exception>
    public Sampler Sampler()
    {
        Sampler own = NonEmpty("OTEL_TRACES_SAMPLER") switch
        {
            "always_off" or "parentbased_always_off" => new AlwaysOffSampler(),
            "traceidratio" or "parentbased_traceidratio" => new TraceIdRatioBasedSampler(Ratio()),
            _ => new AlwaysOnSampler(),
        };
        return new ParentBasedSampler(own, remoteParentSampled: own, remoteParentNotSampled: own);
    }

    private double Ratio() => NonEmpty("OTEL_TRACES_SAMPLER_ARG") is not { } ratio ? 1
        : double.TryParse(ratio, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is >= 0 and <= 1 ? value
        : throw new FormatException($"OTEL_TRACES_SAMPLER_ARG is '{ratio}': a number from 0 to 1 is expected");

    private string? Own(Signal signal, string part) => NonEmpty(Variable(signal, part));

    private static string Variable(Signal signal, string part) => $"OTEL_EXPORTER_OTLP_{Name(signal)}_{part}";

    private static string Name(Signal signal) => signal.ToString().ToUpperInvariant();

    private string? NonEmpty(string name) => configuration[name] is { Length: > 0 } value ? value : null;
}
