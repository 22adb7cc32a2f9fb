using System.Collections.Concurrent;

namespace CheckpointOperator.ControlPlane.Tests.Rights;

/// <summary>Notes by verb and resource, as the API server's authorizer does, what is asked for.</summary>
public sealed class RequestRecorder : DelegatingHandler
{
    private readonly ConcurrentDictionary<string, bool> _seen = new();

    /// <summary>What was asked for, such as "get pods".</summary>
    public IReadOnlyCollection<string> Seen => [.. _seen.Keys];

    /// <inheritdoc />
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _seen[Name(request.Method.Method, request.RequestUri!)] = true;
        return base.SendAsync(request, cancellationToken);
    }

    private static string Name(string method, Uri uri)
    {
        // /api/v1/… or /apis/GROUP/VERSION/…, then namespaces/NAME/ where it is in one.
        string[] parts = uri.AbsolutePath.Trim('/').Split('/');
        string group = parts[0] == "apis" ? $".{parts[1]}" : "";
        string[] rest = parts[(parts[0] == "apis" ? 3 : 2)..];
        if (rest is ["namespaces", _, _, ..])
            rest = rest[2..];
        bool named = rest.Length > 1;
        string verb = method switch
        {
            "GET" when named => "get",
            "GET" => uri.Query.Contains("watch=", StringComparison.Ordinal) ? "watch" : "list",
            "POST" => "create",
            "PUT" => "update",
            "PATCH" => "patch",
            "DELETE" => named ? "delete" : "deletecollection",
            _ => method,
        };
        return $"{verb} {rest[0]}{group}{(rest.Length > 2 ? $"/{rest[2]}" : "")}";
    }
}
