using System.Net;

namespace CheckpointOperator.NodeAgent.Kubelet;

/// <summary>The kubelet's answer.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The start of the body.</param>
internal sealed record KubeletResponse(HttpStatusCode Status, string Body)
{
    private const int LongestQuote = 500;

    /// <summary>Whether the kubelet's router has no such path: its own words for a path that it knows name what it did not find there.</summary>
    public bool IsUnknownPath => Status == HttpStatusCode.NotFound && Body.Contains("page not found", StringComparison.OrdinalIgnoreCase);

    /// <summary>The body on one line, cut where it is long.</summary>
    public string Quote()
    {
        string line = string.Join(' ', Body.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= LongestQuote ? line : $"{line[..LongestQuote]}…";
    }
}
