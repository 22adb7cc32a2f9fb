using CheckpointOperator.NodeAgent.Engines;

using Microsoft.Extensions.Hosting;

namespace CheckpointOperator.NodeAgent.Hosting;

/// <summary>Puts right what an earlier agent left, before anything else starts.</summary>
/// <param name="checkpoints">Thaws.</param>
internal sealed class Recovery(CheckpointRecovery checkpoints) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => checkpoints.RunAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
