using CheckpointOperator.NodeAgent.Launch;

namespace CheckpointOperator.Node.Tests.Node;

/// <summary>Runs programs in the node of the tests, where the agent would start its launcher.</summary>
internal sealed class NodeCommands(NodeFixture node) : INodeProcesses
{
    /// <inheritdoc/>
    public async Task<NodeCommandResult> RunAsync(NodeCommand command, CancellationToken cancellationToken)
    {
        string line = string.Join(' ', [Quoted(command.Program), .. command.Arguments.Select(Quoted)]);
        CommandResult result = await node.TryAsync(line, command.TimeLimit);
        return new NodeCommandResult(result.ExitCode, result.Output, result.Error);
    }

    /// <inheritdoc/>
    public Task<int> AwaitLeftoversAsync(string argument, TimeSpan timeLimit, CancellationToken cancellationToken) => Task.FromResult(0);

    private static string Quoted(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
