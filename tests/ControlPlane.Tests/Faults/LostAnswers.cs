using System.Collections.Concurrent;

namespace CheckpointOperator.ControlPlane.Tests.Faults;

/// <summary>Lets each write happen, and loses the answer of the first of its kind: the writer cannot know whether it was done.</summary>
public sealed class LostAnswers : DelegatingHandler
{
    private readonly ConcurrentDictionary<string, bool> _lost = new();

    /// <summary>How many answers were lost.</summary>
    public int Count => _lost.Count;

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        if (request.Method == HttpMethod.Get || !_lost.TryAdd($"{request.Method} {request.RequestUri!.AbsolutePath}", true))
            return response;

        response.Dispose();
        throw new HttpRequestException($"{request.Method} {request.RequestUri}: the connection was lost before the answer came.");
    }
}
