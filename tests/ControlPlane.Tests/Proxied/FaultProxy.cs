using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CheckpointOperator.ControlPlane.Tests.Proxied;

/// <summary>Stands between a client and the API server, with TLS and HTTP/2 as the server's own, and hands each request on with the client's own
/// credentials, unless a fault is set. The client's name in it is written into User-Agent, by which the audit log knows it.</summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly HttpClient _upstream;
    private readonly Uri _target;
    private readonly string _agent;
    // Under a lock of its own: no context of it has ended.
    private readonly HashSet<HttpContext> _watches = [];

    private FaultProxy(WebApplication server, HttpClient upstream, Uri target, string agent, string certificate)
    {
        (_server, _upstream, _target, _agent, Certificate) = (server, upstream, target, agent, certificate);
    }

    /// <summary>What is done instead of handing a request on; the second argument hands it on.</summary>
    public Func<HttpContext, Func<Task>, Task> Fault { get; set; } = (_, pass) => pass();

    /// <summary>Where clients find it.</summary>
    public Uri Address => new(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>Its certificate, as PEM.</summary>
    public string Certificate { get; }

    /// <summary>All requests that came.</summary>
    public ConcurrentQueue<ProxiedRequest> Requests { get; } = new();

    /// <summary>Watches that are open now.</summary>
    public int OpenWatches
    {
        get
        {
            lock (_watches)
                return _watches.Count;
        }
    }

    /// <summary>Starts one for a client.</summary>
    public static async Task<FaultProxy> StartAsync(TestControlPlane controlPlane, string client)
    {
        k8s.KubernetesClientConfiguration configuration = controlPlane.Configuration;
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true, PooledConnectionLifetime = TimeSpan.FromMinutes(30) };
        handler.SslOptions.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
            k8s.Kubernetes.CertificateValidationCallBack(sender, configuration.SslCaCerts, certificate!, chain!, errors);
        var upstream = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, DefaultRequestVersion = HttpVersion.Version20 };

        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));

        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        WebApplication server = builder.Build();
        var proxy = new FaultProxy(server, upstream, new Uri(configuration.Host), AuditRecord.ProxiedPrefix + client, certificate.ExportCertificatePem());
        server.UseWebSockets();
        server.Run(proxy.ServeAsync);
        await server.StartAsync(TestContext.Current.CancellationToken);
        return proxy;
    }

    /// <summary>Cuts every watch that is open now.</summary>
    public void CutWatches()
    {
        lock (_watches)
        {
            foreach (HttpContext watch in _watches.ToArray())
                watch.Abort();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        CutWatches();
        await _server.DisposeAsync();
        _upstream.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        bool isWatch = context.IsWatch();
        Requests.Enqueue(new ProxiedRequest(DateTimeOffset.UtcNow, context.Request.Method, context.Request.Path, isWatch));
        if (isWatch)
        {
            lock (_watches)
                _watches.Add(context);
        }

        try
        {
            await Fault(context, () => PassAsync(context));
        }
        catch (Exception error) when (error is OperationCanceledException or HttpRequestException or IOException)
        {
            // The one side went, or the other: for the client it is a connection that was cut.
            context.Abort();
        }
        finally
        {
            lock (_watches)
                _watches.Remove(context);
        }
    }

    private async Task PassAsync(HttpContext context)
    {
        CancellationToken gone = context.RequestAborted;
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(_target, context.Request.Path + context.Request.QueryString))
        {
            Version = HttpVersion.Version20,
        };
        if (context.Request.ContentLength is > 0 || context.Request.Headers.TransferEncoding.Count > 0)
            request.Content = new StreamContent(context.Request.Body);
        foreach (string header in new[] { "Authorization", "Accept", "Content-Type" })
        {
            if (context.Request.Headers.TryGetValue(header, out Microsoft.Extensions.Primitives.StringValues values) && !request.Headers.TryAddWithoutValidation(header, values.ToArray()))
                request.Content?.Headers.TryAddWithoutValidation(header, values.ToArray());
        }
        request.Headers.TryAddWithoutValidation("User-Agent", _agent);

        using HttpResponseMessage response = await _upstream.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, gone);
        context.Response.StatusCode = (int)response.StatusCode;
        context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
        if (response.Headers.RetryAfter is { } later)
            context.Response.Headers.RetryAfter = later.ToString();
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        await context.Response.StartAsync(gone);
        await using Stream body = await response.Content.ReadAsStreamAsync(gone);
        byte[] buffer = new byte[16 * 1024];
        for (int read; (read = await body.ReadAsync(buffer, gone)) > 0;)
        {
            await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), gone);
            await context.Response.Body.FlushAsync(gone);
        }
    }
}
