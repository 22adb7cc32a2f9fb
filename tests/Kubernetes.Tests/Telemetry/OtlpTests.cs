using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using CheckpointOperator.Telemetry;
using CheckpointOperator.Telemetry.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace CheckpointOperator.Kubernetes.Tests.Telemetry;

public sealed partial class OtlpTests
{
    private readonly string _service = $"tested-{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_traces_and_logs_arrive_with_who_tells_them()
    {
        await using OtlpReceiver receiver = OtlpReceiver.Start();
        using var meter = new Meter($"{_service}.part");
        using var source = new ActivitySource($"{_service}.part");
        string trace;
        using (IHost host = Build(("OTEL_EXPORTER_OTLP_ENDPOINT", $"{receiver.Endpoint}"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Bearer t0ken")))
        {
            await host.StartAsync(Cancel);
            meter.CreateCounter<long>("things.made", "{thing}").Add(1);
            using (Activity span = source.StartActivity("making")!)
            {
                trace = span.TraceId.ToHexString();
                Log.Made(host.Services.GetRequiredService<ILogger<OtlpTests>>(), "a thing");
            }
            await host.StopAsync(Cancel);
        }

        Assert.Equal((_service, "making", trace), (receiver.Spans.Single().Service, receiver.Spans.Single().Name, receiver.Spans.Single().Trace));
        Assert.Equal("{thing}", receiver.Metrics["things.made"]);
        OtlpLog made = receiver.Logs.Single(log => log.Message == "Made a thing.");
        Assert.Equal((_service, trace, "a thing"), (made.Service, made.Trace, made.Attributes["Thing"]));
        Assert.Equal(["/v1/logs Bearer t0ken", "/v1/metrics Bearer t0ken", "/v1/traces Bearer t0ken"], receiver.Requests.Keys.Order());
    }

    [Fact]
    public async Task A_signal_is_sent_where_it_alone_has_an_endpoint_and_the_others_nowhere()
    {
        await using OtlpReceiver receiver = OtlpReceiver.Start();
        using var source = new ActivitySource(_service);
        using (IHost host = Build(("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", $"{receiver.Endpoint}v1/traces"), ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf")))
        {
            Assert.Null(host.Services.GetService<MeterProvider>());
            await host.StartAsync(Cancel);
            source.StartActivity("making")!.Dispose();
            await host.StopAsync(Cancel);
        }
        Assert.Equal(["/v1/traces"], receiver.Requests.Keys);
    }

    [Theory]
    // gRPC is the protocol where none is named.
    [InlineData(false, null)]
    [InlineData(false, "grpc")]
    [InlineData(true, "grpc")]
    public async Task Metrics_traces_and_logs_arrive_by_gRPC_with_and_without_TLS(bool isSecure, string? protocol)
    {
        string? certificate = isSecure ? Path.GetTempFileName() : null;
        await using GrpcReceiver receiver = await GrpcReceiver.StartAsync(certificate, Cancel);
        using var meter = new Meter($"{_service}.part");
        using var source = new ActivitySource($"{_service}.part");
        List<(string, string)> variables = [("OTEL_EXPORTER_OTLP_ENDPOINT", $"{receiver.Endpoint}"), ("OTEL_EXPORTER_OTLP_HEADERS", "Authorization=Bearer t0ken")];
        if (protocol is not null)
            variables.Add(("OTEL_EXPORTER_OTLP_PROTOCOL", protocol));
        if (certificate is not null)
            variables.Add(("OTEL_EXPORTER_OTLP_CERTIFICATE", certificate));
        using (IHost host = Build([.. variables]))
        {
            await host.StartAsync(Cancel);
            meter.CreateCounter<long>("things.made", "{thing}").Add(1);
            source.StartActivity("making")!.Dispose();
            Log.Made(host.Services.GetRequiredService<ILogger<OtlpTests>>(), "a thing");
            await host.StopAsync(Cancel);
        }

        Assert.Equal(
            ["logs.v1.LogsService", "metrics.v1.MetricsService", "trace.v1.TraceService"],
            receiver.Calls.Keys.Order().Select(call => Assert.Single(GrpcMethod().Matches(call)).Groups[1].Value));
        Assert.All(receiver.Calls.Values, service => Assert.Equal(_service, service));
        if (certificate is not null)
            File.Delete(certificate);
    }

    [Theory]
    [InlineData]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317", "OTEL_SDK_DISABLED=true")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4317", "OTEL_TRACES_EXPORTER=none", "OTEL_METRICS_EXPORTER=none", "OTEL_LOGS_EXPORTER=none")]
    public void Nothing_is_made_where_nothing_is_to_be_sent(params string[] variables)
    {
        using IHost host = Build([.. variables.Select(variable => variable.Split('=', 2)).Select(pair => (pair[0], pair[1]))]);
        Assert.Null(host.Services.GetService<MeterProvider>());
        Assert.Null(host.Services.GetService<TracerProvider>());
        Assert.Null(host.Services.GetService<LoggerProvider>());
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "collector")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json")]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "soon")]
    public void A_variable_that_cannot_be_is_refused_by_its_name(string name, string value)
    {
        FormatException refused = Assert.Throws<FormatException>(() => Environment((name, value)).Apply(Signal.Traces, new OtlpExporterOptions()));
        Assert.StartsWith($"{name} is '{value}': ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("OTEL_TRACES_SAMPLER_ARG", Assert.Throws<FormatException>(
            () => Environment(("OTEL_TRACES_SAMPLER", "traceidratio"), ("OTEL_TRACES_SAMPLER_ARG", "2")).Sampler()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("always_on", ActivityTraceFlags.None, SamplingDecision.RecordAndSample)]
    [InlineData("always_on", ActivityTraceFlags.Recorded, SamplingDecision.RecordAndSample)]
    [InlineData("parentbased_always_off", ActivityTraceFlags.Recorded, SamplingDecision.Drop)]
    [InlineData("parentbased_traceidratio", ActivityTraceFlags.Recorded, SamplingDecision.Drop)]
    public void What_an_annotation_says_does_not_decide_what_is_recorded(string sampler, ActivityTraceFlags annotated, SamplingDecision expected)
    {
        Sampler own = Environment(("OTEL_TRACES_SAMPLER", sampler), ("OTEL_TRACES_SAMPLER_ARG", "0")).Sampler();
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), annotated, traceState: null, isRemote: true);
        Assert.Equal(expected, own.ShouldSample(new SamplingParameters(parent, parent.TraceId, "reconcile", ActivityKind.Internal)).Decision);
    }

    private static OtlpEnvironment Environment(params (string Name, string Value)[] variables) => new(new ConfigurationBuilder()
        .AddInMemoryCollection(variables.Select(variable => KeyValuePair.Create(variable.Name, (string?)variable.Value))).Build());

    // Variables of the process would be those of all tests.
    private IHost Build(params (string Name, string Value)[] variables)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(variables.Select(variable => KeyValuePair.Create(variable.Name, (string?)variable.Value)));
        builder.AddTelemetry(new TelemetrySettings(_service, "me"));
        return builder.Build();
    }

    [GeneratedRegex("^/opentelemetry\\.proto\\.collector\\.([a-z]+\\.v1\\.[A-Za-z]+)/Export Bearer t0ken$")]
    private static partial Regex GrpcMethod();

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Made {Thing}.")]
        public static partial void Made(ILogger logger, string thing);
    }
}
