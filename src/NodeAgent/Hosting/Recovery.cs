using CheckpointOperator.NodeAgent.Engines;

using Microsoft.Extensions.Hosting;

namespace CheckpointOperator.NodeAgent.Hosting;

/// <summary>Puts right what an earlier agent left, before anything else starts; what resists is tried again beside the agent's other work.</summary>
/// <param name="checkpoints">Thaws.</param>
/// <param name="journal">What may be frozen.</param>
/// <param name="time">The clock.</param>
internal sealed class Recovery(CheckpointRecovery checkpoints, CheckpointJournal journal, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan RetryPause = TimeSpan.FromSeconds(10);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (CheckpointJournalEntry entry in journal.Read())
            await checkpoints.ThawAsync(entry, cancellationToken);
        checkpoints.RemovePartials();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (CheckpointJournalEntry entry in checkpoints.Left.ReadAllAsync(stoppingToken))
        {
            await Task.Delay(RetryPause, time, stoppingToken);
            await checkpoints.ThawAsync(entry, stoppingToken);
        }
    }
}
