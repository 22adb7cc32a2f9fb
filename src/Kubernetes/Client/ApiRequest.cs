namespace CheckpointOperator.Kubernetes.Client;

/// <summary>One request to the API server.</summary>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Path and query, without a leading slash.</param>
/// <param name="Target">What it is about, for messages, such as <c>Pod default/web</c>.</param>
/// <param name="Body">The body, if there is one.</param>
/// <param name="ContentType">The body's type.</param>
/// <param name="Accept">The answer's type.</param>
internal sealed record ApiRequest(HttpMethod Method, string Path, string Target, byte[]? Body = null, string ContentType = ApiRequest.Json, string Accept = ApiRequest.Json)
{
    /// <summary>The type of whole objects.</summary>
    public const string Json = "application/json";

    public override string ToString() => $"{Method} {Target}";
}
