using System.Collections.Concurrent;
using System.Net;
using System.Text;
using CheckpointOperator.Kubernetes.Client;
using k8s;

namespace CheckpointOperator.Kubernetes.Tests.Testing;

/// <summary>Answers below the client's HTTP stack, so that a test decides each answer. The tests against a real API server are another tier's.</summary>
internal sealed class ScriptedApiServer : DelegatingHandler
{
    private readonly Func<HttpRequestMessage, string, Task<HttpResponseMessage>> _answer;

    public ScriptedApiServer(Func<HttpRequestMessage, string, Task<HttpResponseMessage>> answer, TimeProvider time)
    {
        _answer = answer;
        Connection = new ApiConnection(new KubernetesClientConfiguration { Host = "http://scripted.invalid" }, this);
        Server = new ApiServer(Connection, time);
    }

    public ApiConnection Connection { get; }

    public ApiServer Server { get; }

    public ConcurrentQueue<string> Requests { get; } = new();

    public static HttpResponseMessage Json(string json, HttpStatusCode code = HttpStatusCode.OK) =>
        new(code) { Content = new StringContent(json, Encoding.UTF8, "application/json") };

    public static HttpResponseMessage Failure(int code, string reason, string message = "as the test wants it") =>
        Json($$"""{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"{{message}}","reason":"{{reason}}","code":{{code}}}""", (HttpStatusCode)code);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string body = request.Content is null ? string.Empty : await request.Content.ReadAsStringAsync(cancellationToken);
        Requests.Enqueue($"{request.Method} {request.RequestUri!.PathAndQuery}");
        return await _answer(request, body).WaitAsync(cancellationToken);
    }
}
