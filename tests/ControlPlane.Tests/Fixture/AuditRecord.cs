using System.Text.Json.Nodes;

namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>A write as the API server's audit log tells it.</summary>
/// <param name="Agent">The client's User-Agent; each fault proxy gives its client one of its own.</param>
/// <param name="Verb">create, update, patch, delete.</param>
/// <param name="Resource">The resource, such as <c>containercheckpoints</c>, with its subresource behind a slash.</param>
/// <param name="Name">The object's name.</param>
/// <param name="Code">The HTTP status.</param>
/// <param name="Received">When the server had the request.</param>
/// <param name="Answered">When it had answered it.</param>
/// <param name="Sent">The body: of a patch the patch.</param>
/// <param name="Result">The object as it was then.</param>
public sealed record AuditRecord(
    string Agent, string Verb, string Resource, string Name, int Code, DateTimeOffset Received, DateTimeOffset Answered, JsonObject? Sent, JsonObject? Result)
{
    /// <summary>What the User-Agent of every operator behind a fault proxy begins with.</summary>
    public const string ProxiedPrefix = "behind-proxy/";

    /// <summary>Whether it came about.</summary>
    public bool Succeeded => Code is >= 200 and < 300;

    /// <summary>Whether an operator behind a proxy wrote it.</summary>
    public bool IsOperators => Agent.StartsWith(ProxiedPrefix, StringComparison.Ordinal);

    /// <summary>Reads a line of the log.</summary>
    public static AuditRecord Parse(string line)
    {
        JsonNode record = JsonNode.Parse(line)!;
        JsonNode target = record["objectRef"]!;
        string? subresource = target["subresource"]?.GetValue<string>();
        return new AuditRecord(
            record["userAgent"]?.GetValue<string>() ?? string.Empty,
            record["verb"]!.GetValue<string>(),
            target["resource"]!.GetValue<string>() + (subresource is null ? string.Empty : $"/{subresource}"),
            target["name"]?.GetValue<string>() ?? record["responseObject"]?["metadata"]?["name"]?.GetValue<string>() ?? string.Empty,
            record["responseStatus"]!["code"]!.GetValue<int>(),
            DateTimeOffset.Parse(record["requestReceivedTimestamp"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture),
            DateTimeOffset.Parse(record["stageTimestamp"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture),
            record["requestObject"] as JsonObject,
            record["responseObject"] as JsonObject);
    }

    /// <summary>For a failed assertion's message.</summary>
    public override string ToString() => $"{Received:HH:mm:ss.fff} {Agent} {Verb} {Resource} {Name} {Code} {Sent?.ToJsonString()}";
}
