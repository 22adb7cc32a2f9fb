using CheckpointOperator.Kubernetes.Controllers;
using Microsoft.Extensions.Hosting;

namespace CheckpointOperator.Kubernetes.Informers;

/// <summary>Runs all informers, leader or not, so that a new leader starts with complete caches.</summary>
internal sealed class InformersService : BackgroundService
{
    private readonly TimeProvider _time;

    public InformersService(
        IEnumerable<IInformer> informers, IEnumerable<IControllerHost> controllers, IEnumerable<ISecondaryWatch> watches, TimeProvider time)
    {
        Informers = [.. informers];
        _time = time;
        foreach (IControllerHost controller in controllers)
            controller.Subscribe();
        foreach (ISecondaryWatch watch in watches)
            watch.Subscribe();
    }

    public IReadOnlyList<IInformer> Informers { get; }

    public bool HasSynced => Informers.All(informer => informer.HasSynced);

    /// <exception cref="TimeoutException">A first list is not complete within the limit.</exception>
    public async Task WaitForSyncAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(Informers.Select(informer => informer.WaitForSyncAsync(cancellationToken))).WaitAsync(limit, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            string missing = string.Join("; ", Informers.Where(informer => !informer.HasSynced).Select(informer => $"{informer.Kind}: {informer.LastError ?? "no answer yet"}"));
            throw new TimeoutException($"Not everything could be listed within {limit.TotalSeconds} s, so no controller was started. {missing}", error);
        }
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(Informers.Select(informer => informer.RunAsync(stoppingToken)));
}
