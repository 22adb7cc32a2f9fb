using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CheckpointOperator.Kubernetes.LeaderElection;

/// <summary>Holds the lease for as long as the process lives. Once it is lost the process ends, with exit code 1: nothing that it
/// began as the leader may go on.</summary>
internal sealed partial class LeaderElectionService : BackgroundService, ILeadership
{
    private readonly LeaderElector _elector;
    private readonly WriteFence _fence;
    private readonly OperatorSettings _settings;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly OperatorMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<LeaderElectionService> _logger;
    private readonly TaskCompletionSource<CancellationToken> _elected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private long _lostAt = long.MinValue;

    /// <summary>Set at the deadline: by the own clock, whatever the API server does.</summary>
    private readonly CancellationTokenSource _lost;

    public LeaderElectionService(
        LeaderElector elector, WriteFence fence, OperatorSettings settings, IHostApplicationLifetime lifetime,
        OperatorMetrics metrics, TimeProvider time, ILogger<LeaderElectionService> logger)
    {
        _elector = elector;
        _fence = fence;
        _settings = settings;
        _lifetime = lifetime;
        _metrics = metrics;
        _time = time;
        _logger = logger;
        _lost = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        _lost.Token.Register(() =>
        {
            Interlocked.Exchange(ref _lostAt, _time.GetTimestamp());
            _fence.Close();
        });
    }

    public bool IsLeader => _elected.Task.IsCompletedSuccessfully && !_lost.IsCancellationRequested && _fence.IsOpen;

    /// <summary>How long ago the lease was lost; null while it is held, or was never.</summary>
    public TimeSpan? SinceLoss => Interlocked.Read(ref _lostAt) is var at and not long.MinValue ? _time.GetElapsedTime(at) : null;

    public Task<CancellationToken> WaitAsync(CancellationToken cancellationToken) => _elected.Task.WaitAsync(cancellationToken);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken).ConfigureAwait(false);
        if (!IsLeader)
            return;
        _fence.Close();
        try
        {
            await _elector.ReleaseAsync(cancellationToken).ConfigureAwait(false);
            Log.Released(_logger, _elector.Key.ToString());
        }
#pragma warning disable CA1031 // The process ends all the same; another one waits for the lease's end instead.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.NotReleased(_logger, error, _elector.Key.ToString());
        }
    }

    public override void Dispose()
    {
        _lost.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (!await TryAsync(stoppingToken).ConfigureAwait(false))
                await Task.Delay(_settings.LeaderElectionRetryPeriod * (1 + (0.2 * Random.Shared.NextDouble())), _time, stoppingToken).ConfigureAwait(false);
            Log.Elected(_logger, _settings.Identity, _elector.Key.ToString());
            _metrics.Leading(true);
            _elected.SetResult(_lost.Token);

            using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken, _lost.Token);
            while (!_lost.IsCancellationRequested)
            {
                await Task.Delay(_settings.LeaderElectionRetryPeriod, _time, either.Token).ConfigureAwait(false);
                if (!await TryAsync(either.Token).ConfigureAwait(false) && _elector.Holder is { } other && other != _settings.Identity)
                    await _lost.CancelAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return;
        }
        catch (OperationCanceledException) when (_lost.IsCancellationRequested)
        {
            // Told below.
        }
        _metrics.Leading(false);
        Log.Lost(_logger, _settings.Identity, _elector.Key.ToString(), _elector.Holder ?? "nobody, as last seen");
        Environment.ExitCode = 1;
        _lifetime.StopApplication();
    }

    private async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        long asked = _time.GetTimestamp();
        using CancellationTokenSource limit = new(_settings.LeaderElectionRenewDeadline, _time);
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            if (!await _elector.TryHoldAsync(either.Token).ConfigureAwait(false))
                return false;
            // Counted from the question: that is how long ago the server may have written the renewal.
            _fence.Open(asked, _settings.LeaderElectionRenewDeadline);
            TimeSpan left = _settings.LeaderElectionRenewDeadline - _time.GetElapsedTime(asked);
            _lost.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            return true;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
#pragma warning disable CA1031 // Whatever keeps the lease from being renewed, the deadline decides.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Log.TryFailed(_logger, _elector.Key.ToString(), error.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Identity} holds the lease {Lease} and leads")]
        public static partial void Elected(ILogger logger, string identity, string lease);

        [LoggerMessage(2, LogLevel.Critical, "{Identity} lost the lease {Lease} (holder: {Holder}); the process ends, to start again as a follower")]
        public static partial void Lost(ILogger logger, string identity, string lease, string holder);

        [LoggerMessage(3, LogLevel.Warning, "The lease {Lease} could not be taken or renewed, again soon: {Reason}")]
        public static partial void TryFailed(ILogger logger, string lease, string reason);

        [LoggerMessage(4, LogLevel.Information, "Gave back the lease {Lease}")]
        public static partial void Released(ILogger logger, string lease);

        [LoggerMessage(5, LogLevel.Warning, "The lease {Lease} could not be given back; another process takes it when it ends")]
        public static partial void NotReleased(ILogger logger, Exception error, string lease);
    }
}
