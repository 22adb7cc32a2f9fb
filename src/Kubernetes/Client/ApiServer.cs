using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using CheckpointOperator.Kubernetes.Json;
using CheckpointOperator.Kubernetes.LeaderElection;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Client;

/// <summary>Requests to the API server, with the connection's credentials. Every refusal is an <see cref="ApiServerException"/>.</summary>
public sealed class ApiServer
{
    private static readonly TimeSpan RequestTimeout = TimeSpan.FromSeconds(30);

    private readonly ApiConnection _connection;
    private readonly TimeProvider _time;
    private readonly WriteFence? _fence;

    /// <summary>Makes one.</summary>
    /// <param name="connection">The way to it.</param>
    /// <param name="time">The clock.</param>
    public ApiServer(ApiConnection connection, TimeProvider time)
        : this(connection, time, null)
    {
    }

    /// <summary>Makes one whose writes go through a fence.</summary>
    /// <param name="connection">The way to it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="fence">Asked before each write; null where every process may write.</param>
    internal ApiServer(ApiConnection connection, TimeProvider time, WriteFence? fence)
    {
        _connection = connection;
        _time = time;
        _fence = fence;
    }

    /// <summary>Asks and reads the whole answer. Gives up after 30 s.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TimeoutException">No answer came.</exception>
    internal Task<byte[]> SendAsync(ApiRequest request, CancellationToken cancellationToken) =>
        SendAsync(request, static (content, token) => content.ReadAsByteArrayAsync(token), cancellationToken);

    /// <summary>Asks and reads the whole answer into a buffer, in place of what is in it: large answers that follow each other share one. Gives up after 30 s.</summary>
    /// <param name="request">The request.</param>
    /// <param name="answer">The buffer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TimeoutException">No answer came.</exception>
    internal Task SendAsync(ApiRequest request, MemoryStream answer, CancellationToken cancellationToken) => SendAsync(
        request,
        async (content, token) =>
        {
            answer.SetLength(0);
            await content.CopyToAsync(answer, token).ConfigureAwait(false);
            return answer;
        },
        cancellationToken);

    private async Task<T> SendAsync<T>(ApiRequest request, Func<HttpContent, CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(RequestTimeout, _time);
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            using HttpResponseMessage response = await OpenAsync(request, both.Token).ConfigureAwait(false);
            return await read(response.Content, both.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException error) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{request}: the API server did not answer within {RequestTimeout.TotalSeconds} s.", error);
        }
    }

    /// <summary>Asks and returns as soon as the answer's head is there.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal async Task<HttpResponseMessage> OpenAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using HttpRequestMessage message = new(request.Method, new Uri(_connection.Address, request.Path)) { Version = System.Net.HttpVersion.Version20 };
        message.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse(request.Accept));
        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = new MediaTypeHeaderValue(request.ContentType);
        }
        if (_connection.Credentials is { } credentials)
            await credentials.ProcessHttpRequestAsync(message, cancellationToken).ConfigureAwait(false);

        // The last thing before it is sent.
        _fence?.Check(request);
        HttpResponseMessage response = await _connection.Http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            byte[] answer = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            throw new ApiServerException(request.ToString(), StatusOf(response, answer), RetryAfter(response));
        }
    }

    private static V1Status StatusOf(HttpResponseMessage response, byte[] answer)
    {
        int code = (int)response.StatusCode;
        try
        {
            if (answer.Length > 0 && answer[0] == '{' && JsonSerializer.Deserialize(answer, KubernetesSerializer.TypeInfo<V1Status>()) is { } status)
            {
                status.Code ??= code;
                return status;
            }
        }
        catch (JsonException)
        {
            // Not the API server's own words, such as a proxy's page: told as text below.
        }
        string text = System.Text.Encoding.UTF8.GetString(answer, 0, Math.Min(answer.Length, 500)).Trim();
        return new V1Status { Code = code, Reason = response.ReasonPhrase ?? code.ToString(CultureInfo.InvariantCulture), Message = text };
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > _time.GetUtcNow() => date - _time.GetUtcNow(),
        _ => null,
    };
}
