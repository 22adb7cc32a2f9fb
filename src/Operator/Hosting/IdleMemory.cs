using Microsoft.Extensions.Hosting;

namespace CheckpointOperator.Operator.Hosting;

/// <summary>
/// Gives back what the first lists, or many objects at once, have left of memory. Only when that is over: a collection of a large cache stops all work for
/// some tenths of a second, and a user may be waiting for it.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class IdleMemory(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    // In a period: what a thousand agents' heartbeats take, and more.
    private const long Idle = 4 * 1024 * 1024;

    // Since the last collection.
    private const long Worth = 16 * 1024 * 1024;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        long seen = 0;
        long collected = 0;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            long allocated = GC.GetTotalAllocatedBytes();
            if (allocated - seen < Idle && allocated - collected > Worth)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
                collected = allocated;
            }
            seen = allocated;
        }
    }
}
