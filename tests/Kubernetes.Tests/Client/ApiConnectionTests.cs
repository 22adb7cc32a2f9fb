using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CheckpointOperator.Kubernetes.Client;
using k8s;

namespace CheckpointOperator.Kubernetes.Tests.Client;

/// <summary>Whom the connection trusts and as whom it comes, against a TLS server of the test's own.</summary>
public sealed class ApiConnectionTests : IDisposable
{
    private readonly X509Certificate2 _server = Certificate("localhost");
    private readonly X509Certificate2 _other = Certificate("localhost");
    private readonly X509Certificate2 _user = Certificate("somebody");
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public ApiConnectionTests() => _listener.Start();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_takes_a_certificate_of_the_clusters_authority()
    {
        KubernetesClientConfiguration configuration = Configuration();
        configuration.SslCaCerts = [_server];
        Assert.Equal(HttpStatusCode.OK, await AskAsync(configuration));
    }

    [Fact]
    public async Task It_refuses_a_certificate_of_another_authority()
    {
        KubernetesClientConfiguration configuration = Configuration();
        configuration.SslCaCerts = [_other];
        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(configuration));
        Assert.IsType<AuthenticationException>(refused.InnerException);
    }

    [Fact]
    public async Task It_refuses_a_certificate_that_nobody_vouches_for()
    {
        HttpRequestException refused = await Assert.ThrowsAsync<HttpRequestException>(() => AskAsync(Configuration()));
        Assert.IsType<AuthenticationException>(refused.InnerException);
    }

    [Fact]
    public async Task It_takes_any_certificate_where_the_kubeconfig_says_so()
    {
        KubernetesClientConfiguration configuration = Configuration();
        configuration.SkipTlsVerify = true;
        Assert.Equal(HttpStatusCode.OK, await AskAsync(configuration));
    }

    [Fact]
    public async Task It_comes_with_the_users_own_certificate()
    {
        KubernetesClientConfiguration configuration = Configuration();
        configuration.SslCaCerts = [_server];
        configuration.ClientCertificateData = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(_user.ExportCertificatePem()));
        using ECDsa key = _user.GetECDsaPrivateKey()!;
        configuration.ClientCertificateKeyData = Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(key.ExportPkcs8PrivateKeyPem()));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(configuration, client => Assert.Equal(_user.GetCertHashString(), client?.GetCertHashString())));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not an address")]
    public void A_host_that_is_no_address_is_named(string? host)
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(() => new ApiConnection(new KubernetesClientConfiguration { Host = host }));
        Assert.Contains($"'{host}'", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://localhost:6443", "https://localhost:6443/")]
    [InlineData("https://localhost/clusters/one/", "https://localhost/clusters/one/")]
    public void Paths_are_below_the_clusters_address(string host, string address)
    {
        using ApiConnection connection = new(new KubernetesClientConfiguration { Host = host });
        Assert.Equal(new Uri(address), connection.Address);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _server.Dispose();
        _other.Dispose();
        _user.Dispose();
    }

    private static X509Certificate2 Certificate(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = new($"CN={name}", key, HashAlgorithmName.SHA256);
        SubjectAlternativeNameBuilder names = new();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private KubernetesClientConfiguration Configuration() => new() { Host = $"https://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}" };

    private async Task<HttpStatusCode> AskAsync(KubernetesClientConfiguration configuration, Action<X509Certificate?>? verify = null)
    {
        using ApiConnection connection = new(configuration);
        Task serving = ServeAsync(verify);
        using HttpResponseMessage answer = await connection.Http.GetAsync(connection.Address, Cancel);
        await serving;
        return answer.StatusCode;
    }

    private async Task ServeAsync(Action<X509Certificate?>? verify)
    {
        using TcpClient client = await _listener.AcceptTcpClientAsync(Cancel);
        await using SslStream tls = new(client.GetStream());
        SslServerAuthenticationOptions options = new()
        {
            ServerCertificate = _server,
            ClientCertificateRequired = verify is not null,
            RemoteCertificateValidationCallback = (_, certificate, _, _) => verify is null || certificate is not null,
        };
        await tls.AuthenticateAsServerAsync(options, Cancel);
        verify?.Invoke(tls.RemoteCertificate);
        using StreamReader reader = new(tls, leaveOpen: true);
        while (await reader.ReadLineAsync(Cancel) is { Length: > 0 })
        {
        }
        await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"u8.ToArray(), Cancel);
    }
}
