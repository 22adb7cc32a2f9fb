using CheckpointOperator.NodeAgent.Interop;

using Microsoft.Extensions.Hosting;

namespace CheckpointOperator.NodeAgent.Hosting;

/// <summary>
/// Gives back to the node what a start, a checkpoint or a restore has left of memory: an agent is idle most of its life, and its collector, which counts on
/// more work to come, would keep it, as the C library would. So would the kernel keep the code that did it mapped.
/// </summary>
/// <param name="time">The clock.</param>
internal sealed class IdleMemory(TimeProvider time) : BackgroundService
{
    // A collection of the few MiB that are alive takes milliseconds: so it is rare, and only where it brings something.
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(15);
    private const long Worth = 2 * 1024 * 1024;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, time);
        long before = 0;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            long allocated = GC.GetTotalAllocatedBytes();
            if (allocated - before < Worth)
                continue;
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            // What OpenSSL and the decompressors took.
            _ = Libc.malloc_trim(0);
            // How much of it is mapped is the kernel's choice: it maps what lies around, up to 2 MiB at a time where the page cache has large folios.
            ProgramText.Release();
            before = allocated;
        }
    }
}
