using CheckpointOperator.NodeAgent.Launch;

namespace CheckpointOperator.Node.Tests.Restores;

/// <summary>Nothing that an archive names is run, so nothing is.</summary>
internal sealed class NoProcesses : INodeProcesses
{
    public Task<NodeCommandResult> RunAsync(NodeCommand command, CancellationToken cancellationToken) =>
        throw new InvalidOperationException($"{command.Program} was to be run");

    public Task<int> AwaitLeftoversAsync(string argument, TimeSpan timeLimit, CancellationToken cancellationToken) => throw new InvalidOperationException();
}
