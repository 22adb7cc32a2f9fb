using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CheckpointOperator.Telemetry.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CheckpointOperator.Kubernetes.Tests.Telemetry;

/// <summary>Takes OTLP by gRPC, as a collector does at port 4317: HTTP/2 alone, with or without TLS, messages behind five bytes, the status in a trailer.</summary>
internal sealed class GrpcReceiver : IAsyncDisposable
{
    private const int Head = 5;

    private readonly WebApplication _server;

    private GrpcReceiver(WebApplication server) => _server = server;

    /// <summary>Where a program on this machine sends to.</summary>
    public Uri Endpoint => new(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());

    /// <summary>The methods that were called, with the header Authorization, and the service that called.</summary>
    public ConcurrentDictionary<string, string> Calls { get; } = new();

    /// <summary>Starts one, with TLS where there is a file that its certificate is to be written to.</summary>
    public static async Task<GrpcReceiver> StartAsync(string? certificate, CancellationToken cancellationToken)
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            if (certificate is not null)
                listen.UseHttps(Certify(certificate));
        }));
        WebApplication server = builder.Build();
        var receiver = new GrpcReceiver(server);
        server.Run(receiver.AnswerAsync);
        await server.StartAsync(cancellationToken);
        return receiver;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        ReadOnlyMemory<byte> frame = body.ToArray();
        Assert.Equal("application/grpc", context.Request.ContentType);
        Assert.Equal((0, frame.Length - Head), (frame.Span[0], (int)BinaryPrimitives.ReadUInt32BigEndian(frame.Span[1..Head])));
        string service = new ProtobufMessage(frame[Head..]).All(1).First().One(1).Attributes(1)["service.name"];
        Calls[$"{context.Request.Path} {context.Request.Headers.Authorization}".TrimEnd()] = service;
        context.Response.ContentType = "application/grpc";
        context.Response.DeclareTrailer("grpc-status");
        // An empty message.
        await context.Response.Body.WriteAsync(new byte[Head], context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private static X509Certificate2 Certify(string file)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=collector", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        X509Certificate2 certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(file, certificate.ExportCertificatePem());
        return certificate;
    }
}
