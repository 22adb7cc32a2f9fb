using CheckpointOperator.Kubernetes.Client;
using CheckpointOperator.Kubernetes.Health;
using CheckpointOperator.Kubernetes.LeaderElection;
using CheckpointOperator.Kubernetes.Tests.Testing;
using k8s.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace CheckpointOperator.Kubernetes.Tests.LeaderElection;

public sealed class LeaderElectionServiceTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly LeaseServer _server;
    private readonly Lifetime _lifetime = new();
    private readonly Abstractions.Builder.OperatorSettings _settings = Settings.Make();
    private readonly WriteFence _fence;
    private readonly LeaderElectionService _service;
    private readonly int _exitCode = Environment.ExitCode;

    public LeaderElectionServiceTests()
    {
        _server = new LeaseServer(_time);
        _fence = new WriteFence(_time);
        _service = new LeaderElectionService(
            new LeaderElector(new ResourceClient<V1Lease>(_server.Api.Server, _time), _settings, _time),
            _fence, _settings, _lifetime, Settings.Metrics(), _time, NullLogger<LeaderElectionService>.Instance);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _service.Dispose();
        _lifetime.Dispose();
        Environment.ExitCode = _exitCode;
    }

    [Fact]
    public async Task Leadership_ends_at_the_deadline_though_the_server_says_nothing()
    {
        await _service.StartAsync(Cancel);
        CancellationToken lost = await _service.WaitAsync(Cancel);
        Assert.True(_service.IsLeader);

        _server.IsAway = true;
        _time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(lost.IsCancellationRequested);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        Assert.True(lost.IsCancellationRequested);
        Assert.False(_service.IsLeader);
        await _lifetime.Stopped.Task.WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        Assert.Equal(1, Environment.ExitCode);
    }

    [Fact]
    public async Task Each_renewal_moves_the_deadline()
    {
        await _service.StartAsync(Cancel);
        CancellationToken lost = await _service.WaitAsync(Cancel);
        for (int renewal = 0; renewal < 8; renewal++)
        {
            string? before = _server.Lease!.Metadata.ResourceVersion;
            // The delay between two renewals is set on another thread, which a busy machine lets wait: time goes on in small steps until it is over.
            while (_server.Lease.Metadata.ResourceVersion == before)
            {
                _time.Advance(TimeSpan.FromMilliseconds(250));
                await Task.Delay(TimeSpan.FromMilliseconds(25), Cancel);
            }
        }
        Assert.False(lost.IsCancellationRequested);
        Assert.True(_service.IsLeader);
    }

    [Fact]
    public async Task Leadership_ends_at_once_when_another_holds_the_lease()
    {
        await _service.StartAsync(Cancel);
        CancellationToken lost = await _service.WaitAsync(Cancel);
        V1Lease stolen = _server.Lease!;
        stolen.Spec.HolderIdentity = "thief";
        _server.Put(stolen);

        // Up to 9.5 s, which is ahead of the deadline.
        for (int step = 0; step < 38 && !lost.IsCancellationRequested; step++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(250));
            await Task.Delay(TimeSpan.FromMilliseconds(50), Cancel);
        }
        Assert.True(lost.IsCancellationRequested);
        await _lifetime.Stopped.Task.WaitAsync(TimeSpan.FromMinutes(2), Cancel);
    }

    [Fact]
    public async Task Writes_end_with_the_leadership_and_a_process_that_stays_is_not_alive()
    {
        LeadershipHealth health = new(_service, _settings);
        Assert.False(_fence.IsOpen);
        await _service.StartAsync(Cancel);
        await _service.WaitAsync(Cancel);
        Assert.True(_fence.IsOpen);
        Assert.Null(health.WhyNotLive());

        _server.IsAway = true;
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(_fence.IsOpen);
        await _lifetime.Stopped.Task.WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        Assert.Null(health.WhyNotLive());
        _time.Advance(TimeSpan.FromSeconds(16));
        Assert.Contains("lost 16 s ago", health.WhyNotLive(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_that_ends_gives_the_lease_back()
    {
        await _service.StartAsync(Cancel);
        await _service.WaitAsync(Cancel);
        await _service.StopAsync(Cancel);

        Assert.Equal(string.Empty, _server.Lease!.Spec.HolderIdentity);
        Assert.False(_lifetime.Stopped.Task.IsCompleted);
        Assert.False(_fence.IsOpen);
    }

    private sealed class Lifetime : IHostApplicationLifetime, IDisposable
    {
        private readonly CancellationTokenSource _source = new();

        public TaskCompletionSource Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public CancellationToken ApplicationStarted => _source.Token;

        public CancellationToken ApplicationStopping => _source.Token;

        public CancellationToken ApplicationStopped => _source.Token;

        public void StopApplication() => Stopped.TrySetResult();

        public void Dispose() => _source.Dispose();
    }
}
