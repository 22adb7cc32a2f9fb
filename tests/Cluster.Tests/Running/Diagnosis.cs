using System.Text;

namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>What a reader of a failed test wants to see.</summary>
public sealed class Diagnosis(Kubectl kubectl)
{
    /// <summary>Objects, Events and the ends of the logs.</summary>
    public async Task<string> TellAsync(string? @namespace)
    {
        var text = new StringBuilder();
        if (@namespace is not null)
        {
            await AddAsync(text, "objects", "-n", @namespace, "get", "pods,containercheckpoints,containerrestores", "-o", "wide");
            await AddAsync(text, "events", "-n", @namespace, "get", "events", "--sort-by=.lastTimestamp");
        }
        await AddAsync(text, "nodes", "describe", "checkpointnodes");
        await AddAsync(text, "operator and agents", "-n", Installation.Namespace, "get", "pods", "-o", "wide");
        await AddAsync(text, "operator's log", "-n", Installation.Namespace, "logs", $"deployment/{Installation.Operator}", "--tail=40");
        await AddAsync(text, "agent's log", "-n", Installation.Namespace, "logs", $"daemonset/{Installation.Agent}", "--tail=60");
        return text.ToString();
    }

    private async Task AddAsync(StringBuilder text, string title, params string[] arguments)
    {
        CommandResult result = await kubectl.TryAsync(arguments);
        text.AppendLine().AppendLine($"--- {title}").Append(result.Output).Append(result.Error);
    }
}
