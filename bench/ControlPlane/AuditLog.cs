using System.Text.Json;

namespace CheckpointOperator.ControlPlane.Benchmark;

/// <summary>What the operator asked of the API server, by the server's own audit log.</summary>
internal sealed class AuditLog(string path)
{
    private const string Account = "system:serviceaccount:checkpoint-operator-system:checkpoint-operator";

    /// <summary>The operator's requests that came in a time, once the server has written them.</summary>
    public IReadOnlyList<AuditedRequest> Read(DateTimeOffset from, DateTimeOffset to)
    {
        List<AuditedRequest> requests = [];
        using FileStream log = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader lines = new(log);
        // The last line may be half-written: it is of a request after the time that is asked for.
        while (lines.ReadLine() is { } line)
        {
            if (!line.Contains(Account, StringComparison.Ordinal) || !line.EndsWith('}'))
                continue;
            using JsonDocument document = JsonDocument.Parse(line);
            if (Read(document.RootElement) is { } request && request.Time >= from && request.Time < to)
                requests.Add(request);
        }
        return requests;
    }

    private static AuditedRequest? Read(JsonElement line)
    {
        string stage = line.GetProperty("stage").GetString()!;
        string verb = line.GetProperty("verb").GetString()!;
        // A watch is told when it starts, and once more when it ends.
        if (stage != (verb == "watch" ? "ResponseStarted" : "ResponseComplete"))
            return null;
        JsonElement target = line.TryGetProperty("objectRef", out JsonElement reference) ? reference : default;
        return new AuditedRequest(
            line.GetProperty("requestReceivedTimestamp").GetDateTimeOffset(),
            verb,
            Text(target, "resource") ?? "(none)",
            Text(target, "subresource"),
            Text(target, "name"),
            line.GetProperty("responseStatus").GetProperty("code").GetInt32());
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;
}
