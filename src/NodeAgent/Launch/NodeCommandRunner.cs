using System.ComponentModel;

using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.NodeAgent.Node;

namespace CheckpointOperator.NodeAgent.Launch;

/// <summary>Lets Core's probes start programs in the node's namespaces.</summary>
/// <param name="processes">Runs programs of the node.</param>
/// <param name="node">The node's files, where programs are.</param>
public sealed class NodeCommandRunner(INodeProcesses processes, NodeRoot node) : ICommandRunner
{
    /// <inheritdoc />
    public ProgramIdentity? Identify(string program) => ProgramIdentity.Find(node.Directory, program, NodeThread.SearchPath);

    /// <inheritdoc />
    public async Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        try
        {
            NodeCommandResult result = await processes.RunAsync(
                new NodeCommand(command.Path, command.Arguments) { TimeLimit = command.Timeout, MaximumOutput = command.MaxOutput }, cancellationToken);
            return result.ExitCode == NodeCommandResult.NotStarted
                ? throw new Win32Exception(result.LastLine)
                : new CommandResult(result.ExitCode, result.Output, result.Error, TimedOut: false);
        }
        catch (TimeoutException late)
        {
            return new CommandResult(-1, string.Empty, late.Message, TimedOut: true);
        }
    }
}
