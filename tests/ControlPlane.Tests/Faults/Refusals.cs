using System.Net;
using System.Text;

namespace CheckpointOperator.ControlPlane.Tests.Faults;

/// <summary>Answers every fourth request itself, by turns with what an API server says when it cannot serve: 500, 429, 503 and, for a write, 409.</summary>
public sealed class Refusals : DelegatingHandler
{
    private static readonly (HttpStatusCode Code, string Reason)[] Answers =
    [
        (HttpStatusCode.InternalServerError, "InternalError"),
        (HttpStatusCode.TooManyRequests, "TooManyRequests"),
        (HttpStatusCode.Conflict, "Conflict"),
        (HttpStatusCode.ServiceUnavailable, "ServiceUnavailable"),
    ];

    private int _requests;

    /// <summary>How many requests came.</summary>
    public int Requests => _requests;

    /// <inheritdoc />
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        int number = Interlocked.Increment(ref _requests);
        (HttpStatusCode code, string reason) = Answers[number / 4 % Answers.Length];
        if (number % 4 != 0 || (code == HttpStatusCode.Conflict && request.Method != HttpMethod.Patch))
            return base.SendAsync(request, cancellationToken);

        string body = $$"""{"apiVersion":"v1","kind":"Status","status":"Failure","reason":"{{reason}}","code":{{(int)code}},"message":"injected"}""";
        return Task.FromResult(new HttpResponseMessage(code) { RequestMessage = request, Content = new StringContent(body, Encoding.UTF8, "application/json") });
    }
}
