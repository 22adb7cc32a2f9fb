using System.Net;
using CheckpointOperator.Kubernetes.Health;
using CheckpointOperator.Kubernetes.Tests.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace CheckpointOperator.Kubernetes.Tests.Health;

public sealed class HealthServerTests : IAsyncLifetime
{
    private readonly Check _check = new();
    private readonly HealthServer _server;
    private readonly HttpClient _client = new();

    public HealthServerTests() =>
        _server = new HealthServer([_check], Settings.Make(settings => settings.WithHealthPort(0)), TimeProvider.System, NullLogger<HealthServer>.Instance);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await _server.StartAsync(Cancel);

    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(CancellationToken.None);
        _server.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task It_says_ok_while_all_is_well()
    {
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("/healthz"));
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync("/readyz?verbose"));
    }

    [Fact]
    public async Task It_names_what_is_ill_and_why()
    {
        _check.NotReady = "Pod is not listed yet";
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "check: Pod is not listed yet\n"), await GetAsync("/readyz"));
        Assert.Equal(HttpStatusCode.OK, (await GetAsync("/healthz")).Code);

        _check.NotLive = "silent";
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "check: silent\n"), await GetAsync("/healthz"));
    }

    [Fact]
    public async Task There_is_nothing_else() => Assert.Equal(HttpStatusCode.NotFound, (await GetAsync("/etc/passwd")).Code);

    private async Task<(HttpStatusCode Code, string Text)> GetAsync(string path)
    {
        using HttpResponseMessage response = await _client.GetAsync(new Uri($"http://127.0.0.1:{_server.Port}{path}"), Cancel);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    private sealed class Check : IHealthCheck
    {
        public string? NotReady { get; set; }

        public string? NotLive { get; set; }

        public string Name => "check";

        public string? WhyNotReady() => NotReady;

        public string? WhyNotLive() => NotLive;
    }
}
