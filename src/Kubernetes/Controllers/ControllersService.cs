using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Informers;
using CheckpointOperator.Kubernetes.LeaderElection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CheckpointOperator.Kubernetes.Controllers;

/// <summary>Runs all controllers: once every cache is complete, and while this process leads.</summary>
internal sealed partial class ControllersService : BackgroundService
{
    /// <summary>How long a reconcile may go on after the process was told to end.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(10);

    private readonly IControllerHost[] _controllers;
    private readonly InformersService _informers;
    private readonly ILeadership _leadership;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly OperatorSettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger<ControllersService> _logger;

    public ControllersService(
        IEnumerable<IControllerHost> controllers, InformersService informers, ILeadership leadership,
        IHostApplicationLifetime lifetime, OperatorSettings settings, TimeProvider time, ILogger<ControllersService> logger)
    {
        _controllers = [.. controllers];
        _informers = informers;
        _leadership = leadership;
        _lifetime = lifetime;
        _settings = settings;
        _time = time;
        _logger = logger;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_controllers.Length == 0)
            return;
        try
        {
            await _informers.WaitForSyncAsync(_settings.CacheSyncTimeout, stoppingToken).ConfigureAwait(false);
            CancellationToken lost = await _leadership.WaitAsync(stoppingToken).ConfigureAwait(false);
            Log.Starting(_logger, _controllers.Length);
            using CancellationTokenSource abandon = CancellationTokenSource.CreateLinkedTokenSource(lost);
            using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(lost, stoppingToken);
            Task running = Task.WhenAll(_controllers.Select(controller => controller.RunAsync(stopping.Token, abandon.Token)));
            await running.WaitAsync(stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await running.WaitAsync(DrainTime, _time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await abandon.CancelAsync().ConfigureAwait(false);
            await running.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to end before there was anything to do.
        }
        catch (TimeoutException error)
        {
            Log.NotSynced(_logger, error.Message);
            Environment.ExitCode = 1;
            _lifetime.StopApplication();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The caches are complete and this process leads: {Count} controllers start")]
        public static partial void Starting(ILogger logger, int count);

        [LoggerMessage(2, LogLevel.Critical, "The process ends, to start again: {Reason}")]
        public static partial void NotSynced(ILogger logger, string reason);
    }
}
