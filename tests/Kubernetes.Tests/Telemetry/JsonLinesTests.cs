using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using CheckpointOperator.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CheckpointOperator.Kubernetes.Tests.Telemetry;

public sealed class JsonLinesTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 1, 2, 3, 45, TimeSpan.Zero));
    private readonly LoggerExternalScopeProvider _scopes = new();

    [Fact]
    public void An_event_is_one_line_that_has_its_values_by_their_names()
    {
        string line = Write(LogLevel.Warning, null, "Checkpoint {Checkpoint} failed after {Count} tries: {Message}", "shop/first", 3, "line one\nline \"two\" — ü");
        Assert.Equal(
            """{"time":"2026-11-24T01:02:03.045Z","level":"warning","logger":"Test.Category","message":"Checkpoint shop/first failed after 3 tries: line one\nline \"two\" — ü","attributes":{"Checkpoint":"shop/first","Count":3,"Message":"line one\nline \"two\" — ü"}}""" + "\n",
            line);
    }

    [Fact]
    public void What_it_happened_in_is_told_and_what_the_event_says_wins()
    {
        using (_scopes.Push(new Dictionary<string, object?> { ["Kind"] = "Pod", ["Name"] = "outer" }))
        {
            JsonNode attributes = JsonNode.Parse(Write(LogLevel.Information, null, "{Name} came", "inner"))!["attributes"]!;
            Assert.Equal(("Pod", "inner"), ((string?)attributes["Kind"], (string?)attributes["Name"]));
        }
    }

    [Fact]
    public void An_exception_is_told_whole_on_the_same_line()
    {
        string line = Write(LogLevel.Error, Thrown(), "it broke");
        Assert.Single(line.TrimEnd('\n').Split('\n'));
        JsonNode json = JsonNode.Parse(line)!;
        Assert.Equal(("System.InvalidOperationException", "no\nway"), ((string?)json["exception.type"], (string?)json["exception.message"]));
        Assert.Contains(nameof(Thrown), (string?)json["exception.stacktrace"], StringComparison.Ordinal);
    }

    [Fact]
    public void An_event_within_a_span_names_its_trace()
    {
        using var activity = new Activity("work");
        activity.SetIdFormat(ActivityIdFormat.W3C).Start();
        JsonNode json = JsonNode.Parse(Write(LogLevel.Debug, null, "in it"))!;
        Assert.Equal((activity.TraceId.ToHexString(), activity.SpanId.ToHexString(), "debug"), ((string?)json["trace_id"], (string?)json["span_id"], (string?)json["level"]));
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("no\nway");
        }
        catch (InvalidOperationException thrown)
        {
            return thrown;
        }
    }

    private string Write(LogLevel level, Exception? exception, string message, params object?[] values)
    {
        using var text = new StringWriter();
        var logger = new Capture((entryLevel, state, error, format) => new JsonLines(_time).Write(
            new LogEntry<object>(entryLevel, "Test.Category", default, state, error, (_, _) => format), _scopes, text));
#pragma warning disable CA1848, CA2254 // The message is the test's matter.
        logger.Log(level, exception, message, values);
#pragma warning restore CA1848, CA2254
        using JsonDocument parsed = JsonDocument.Parse(text.ToString());
        return text.ToString();
    }

    private sealed class Capture(Action<LogLevel, object, Exception?, string> take) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            take(logLevel, state!, exception, formatter(state, exception));
    }
}
