namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>A root shell on the node of the local cluster.</summary>
public sealed class NodeShell(string clusterScript)
{
    /// <summary>Runs a bash script on the node and throws what it said if it failed.</summary>
    public async Task<string> RunAsync(string script, TimeSpan? deadline = null) => (await TryAsync(script, deadline)).OrThrow().Output;

    /// <summary>Runs a bash script on the node and tells how it ended.</summary>
    public Task<CommandResult> TryAsync(string script, TimeSpan? deadline = null) =>
        new Command(clusterScript, "exec", "bash", "-euo", "pipefail", "-c", script)
            .RunAsync(deadline: deadline, cancellationToken: TestContext.Current.CancellationToken);
}
