namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>A root shell on the node.</summary>
/// <param name="prefix">What runs a command there, such as `eng/cluster exec` or `docker exec kind-control-plane`.</param>
public sealed class NodeShell(string prefix)
{
    private readonly string[] _prefix = prefix.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Runs a bash script on the node and throws what it said if it failed.</summary>
    public async Task<string> RunAsync(string script, TimeSpan? deadline = null) => (await TryAsync(script, deadline)).OrThrow().Output;

    /// <summary>Runs a bash script on the node and tells how it ended.</summary>
    public Task<CommandResult> TryAsync(string script, TimeSpan? deadline = null) =>
        Make(script).RunAsync(deadline: deadline, cancellationToken: TestContext.Current.CancellationToken);

    /// <summary>Runs a bash script on the node, gives its lines as they come, and throws what it said if it failed.</summary>
    public IAsyncEnumerable<string> ReadLinesAsync(string script) => Make(script).ReadLinesAsync(TestContext.Current.CancellationToken);

    private Command Make(string script) => new(_prefix[0], [.. _prefix[1..], "bash", "-euo", "pipefail", "-c", script]);
}
