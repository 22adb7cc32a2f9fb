using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using k8s;
using k8s.Authentication;

namespace CheckpointOperator.Kubernetes.Client;

/// <summary>
/// The way to the API server, as the client's configuration describes it: address, certificates, credentials. <see cref="k8s.Kubernetes"/> makes the same of it, but
/// refers to the readers and writers of all of Kubernetes' kinds, which would be half of a program's file and 14 MiB of its memory.
/// </summary>
public sealed class ApiConnection : IDisposable
{
    // client-go's answer to a connection that is dead and says nothing (HTTP2_READ_IDLE_TIMEOUT_SECONDS 30, HTTP2_PING_TIMEOUT_SECONDS 15).
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(15);

    private readonly X509Certificate2? _certificate;

    /// <summary>Makes one. Nothing is sent yet.</summary>
    /// <param name="configuration">The Pod's service account's, KUBECONFIG's, or one of the caller's own.</param>
    /// <param name="handlers">What requests go through, the outermost first; they become this connection's.</param>
    /// <exception cref="ArgumentException">The configuration's host is no address.</exception>
    public ApiConnection(KubernetesClientConfiguration configuration, params DelegatingHandler[] handlers)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(handlers);
        if (!Uri.TryCreate($"{configuration.Host?.TrimEnd('/')}/", UriKind.Absolute, out Uri? address) || !address.Scheme.StartsWith("http", StringComparison.Ordinal))
            throw new ArgumentException($"'{configuration.Host}' is no address of an API server: https://HOST:PORT is expected in the kubeconfig's cluster", nameof(configuration));
        Address = address;
        Credentials = k8s.Kubernetes.CreateCredentials(configuration);
        _certificate = CertificateOf(configuration);
        HttpMessageHandler handler = Connect(configuration);
        foreach (DelegatingHandler outer in handlers.Reverse())
        {
            outer.InnerHandler = handler;
            handler = outer;
        }
        Http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        Http.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", configuration.UserAgent);
        // One that is reached by another name or by its number alone.
        if (!string.IsNullOrWhiteSpace(configuration.TlsServerName))
            Http.DefaultRequestHeaders.Host = configuration.TlsServerName;
    }

    /// <summary>Where the server is; ends with a slash.</summary>
    public Uri Address { get; }

    /// <summary>Sends requests, without credentials, and waits for an answer without end.</summary>
    public HttpClient Http { get; }

    /// <summary>Puts a token or a password into a request; null where a certificate, or nothing, tells who asks.</summary>
    internal ServiceClientCredentials? Credentials { get; }

    /// <inheritdoc />
    public void Dispose()
    {
        Http.Dispose();
        _certificate?.Dispose();
    }

    private SocketsHttpHandler Connect(KubernetesClientConfiguration configuration)
    {
        SocketsHttpHandler handler = new()
        {
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingTimeout,
            EnableMultipleHttp2Connections = true,
        };
        SslClientAuthenticationOptions tls = handler.SslOptions;
        X509Certificate2Collection? authorities = configuration.SslCaCerts;
        tls.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
            // insecure-skip-tls-verify, which somebody wrote into the kubeconfig.
            configuration.SkipTlsVerify
            || (authorities is null ? errors == SslPolicyErrors.None : k8s.Kubernetes.CertificateValidationCallBack(sender, authorities, certificate!, chain!, errors));
        if (_certificate is not null)
        {
            tls.ClientCertificates = [_certificate];
            tls.LocalCertificateSelectionCallback = (_, _, _, _, _) => _certificate;
        }
        configuration.FirstMessageHandlerSetup?.Invoke(handler);
        return handler;
    }

    private static X509Certificate2? CertificateOf(KubernetesClientConfiguration configuration)
    {
        string? certificate = Text(configuration.ClientCertificateFilePath, configuration.ClientCertificateData);
        string? key = Text(configuration.ClientKeyFilePath, configuration.ClientCertificateKeyData);
        return certificate is null || key is null ? null : X509Certificate2.CreateFromPem(certificate, key);
    }

    private static string? Text(string? path, string? encoded) => (path, encoded) switch
    {
        ({ Length: > 0 }, _) => File.ReadAllText(path),
        (_, { Length: > 0 }) => System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(encoded)),
        _ => null,
    };
}
