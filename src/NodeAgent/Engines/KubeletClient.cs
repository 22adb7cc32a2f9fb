using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>Talks to the node's own kubelet, with the agent's token, over a connection whose certificate is verified.</summary>
public sealed class KubeletClient : IDisposable
{
    private const string ServiceAccount = "/var/run/secrets/kubernetes.io/serviceaccount";
    private const int MaximumBody = 4096;

    private readonly AgentOptions _options;
    private readonly HttpClient _http;

    /// <summary>Makes the client; the kubelet is not asked yet.</summary>
    /// <param name="options">Where the kubelet is, and who signed its certificate.</param>
    public KubeletClient(IOptions<AgentOptions> options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        string host = Environment.GetEnvironmentVariable("HOST_IP") is { Length: > 0 } ip ? ip : _options.NodeName;
        Address = new Uri(_options.KubeletUrl ?? $"https://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:10250");
        var handler = new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1), UseProxy = false };
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, errors) => IsTrusted(certificate, errors);
        _http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The kubelet's address.</summary>
    public Uri Address { get; }

    /// <summary>Sends a request and reads the start of the answer.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">Path and query.</param>
    /// <param name="limit">How long it may take.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="TimeoutException">It took longer.</exception>
    /// <exception cref="HttpRequestException">The kubelet cannot be reached or is not who it should be.</exception>
    public async Task<KubeletResponse> SendAsync(HttpMethod method, string path, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(Address, path));
        // Read anew each time: the token in a Pod is replaced every hour.
        string token = $"{ServiceAccount}/token";
        if (File.Exists(token))
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(token, cancellationToken)).Trim());
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        both.CancelAfter(limit);
        try
        {
            using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            return new KubeletResponse(response.StatusCode, await ReadStartAsync(response, both.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"the kubelet at {Address} did not answer within {limit.TotalSeconds:0} s");
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

    private bool IsTrusted(X509Certificate? certificate, SslPolicyErrors errors)
    {
        if (_options.KubeletInsecureSkipVerify)
            return true;
        if (certificate is null || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
            return false;
        string authority = _options.KubeletCertificateAuthority ?? $"{ServiceAccount}/ca.crt";
        if (!File.Exists(authority))
            return errors == SslPolicyErrors.None;
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        using var own = new X509Certificate2(certificate);
        return chain.Build(own);
    }
}
