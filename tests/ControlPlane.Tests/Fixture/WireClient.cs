using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>Requests as they go over the wire, for what no client type says: YAML bodies, Tables, raw answers, verbs that nobody needs.</summary>
/// <param name="kubernetes">The connection and its credentials.</param>
public sealed class WireClient(k8s.Kubernetes kubernetes)
{
    /// <summary>Asks and gives the status code and the answer's text.</summary>
    public async Task<(int Code, string Text)> SendAsync(HttpMethod method, string path, string? body = null, string contentType = "application/yaml", string accept = "application/json")
    {
        CancellationToken cancelled = TestContext.Current.CancellationToken;
        using HttpRequestMessage message = new(method, new Uri(kubernetes.BaseUri, path));
        message.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(accept));
        if (body is not null)
            message.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(contentType));
        if (kubernetes.Credentials is { } credentials)
            await credentials.ProcessHttpRequestAsync(message, cancelled);
        using HttpResponseMessage response = await kubernetes.HttpClient.SendAsync(message, cancelled);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(cancelled));
    }

    /// <summary>Asks and gives the answer as JSON; fails with its words where it is no success.</summary>
    public async Task<JsonObject> ReadAsync(HttpMethod method, string path, string? body = null, string contentType = "application/yaml", string accept = "application/json")
    {
        (int code, string text) = await SendAsync(method, path, body, contentType, accept);
        Assert.True(code is 200 or 201, $"{method} {path} was answered with {code}: {text}");
        return JsonNode.Parse(text)!.AsObject();
    }
}
