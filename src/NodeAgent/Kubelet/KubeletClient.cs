using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;

using CheckpointOperator.NodeAgent.Node;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Kubelet;

/// <summary>Talks to the node's own kubelet, with the agent's token, over a connection whose certificate is verified.</summary>
internal sealed partial class KubeletClient : IDisposable
{
    private const int MaximumBody = 4096;
    private const int MaximumHeaders = 16; // KiB
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(10);

    private readonly AgentOptions _options;
    private readonly HttpClient _http;

    /// <summary>Makes the client; the kubelet is not asked yet.</summary>
    /// <param name="options">Where the kubelet is, and who signed its certificate.</param>
    /// <param name="node">The node's files: the kubelet's own certificate may be there.</param>
    /// <param name="logger">Takes the warning where the kubelet is not verified.</param>
    public KubeletClient(IOptions<AgentOptions> options, NodeRoot node, ILogger<KubeletClient> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        string host = Environment.GetEnvironmentVariable("HOST_IP") is { Length: > 0 } ip ? ip : _options.NodeName;
        Address = new Uri(_options.KubeletUrl ?? $"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:10250");
        if (_options.KubeletInsecureSkipVerify)
            Log.NotVerified(logger, Address);

        var trust = new KubeletTrust(_options, node);
        var handler = new SocketsHttpHandler
        {
            // A connection for each request: on one that is used again a request may be sent twice, and a checkpoint be taken twice.
            PooledConnectionLifetime = TimeSpan.Zero,
            ConnectTimeout = ConnectLimit,
            MaxResponseHeadersLength = MaximumHeaders,
            // The token is for this address alone.
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
        };
        handler.SslOptions.RemoteCertificateValidationCallback =
            (_, certificate, chain, errors) => trust.Accepts(Address, certificate as X509Certificate2, chain, errors);
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The kubelet's address.</summary>
    public Uri Address { get; }

    /// <summary>Sends a POST without a body and reads the start of the answer. A redirect is an answer like any other.</summary>
    /// <param name="path">Path and query.</param>
    /// <param name="limit">How long it may take, to the end of the answer.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TimeoutException">It took longer. Whether the kubelet goes on is not known.</exception>
    /// <exception cref="AuthenticationException">Who answers is not the kubelet: nothing was sent.</exception>
    /// <exception cref="HttpRequestException">The kubelet cannot be reached, or its answer was cut.</exception>
    public async Task<KubeletResponse> PostAsync(string path, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, path));
        // Read anew each time: the token in a Pod is replaced every hour.
        if (File.Exists(_options.KubeletTokenFile))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(_options.KubeletTokenFile, cancellationToken)).Trim());
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        both.CancelAfter(limit);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            return new KubeletResponse(response.StatusCode, await ReadStartAsync(response, both.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"the kubelet at {Address} did not answer within {limit.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException untrusted) when (untrusted.InnerException is AuthenticationException reason)
        {
            throw new AuthenticationException($"who answers at {Address} is not trusted: {reason.Message}", reason);
        }
        catch (IOException cut)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, $"the answer of the kubelet at {Address} was cut: {cut.Message}", cut);
        }
    }

    /// <inheritdoc />
    public void Dispose() => _http.Dispose();

    private static async Task<string> ReadStartAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaximumBody];
        using Stream body = await response.Content.ReadAsStreamAsync(cancellationToken);
        int length = await body.ReadAtLeastAsync(buffer, MaximumBody, throwOnEndOfStream: false, cancellationToken);
        return Encoding.UTF8.GetString(buffer, 0, length);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The kubelet at {Address} is not verified (setting KubeletInsecureSkipVerify): whoever answers there gets the agent's token.")]
        public static partial void NotVerified(ILogger logger, Uri address);
    }
}
