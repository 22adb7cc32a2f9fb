namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>A part of the operator that can be killed.</summary>
/// <param name="Workload">Its Deployment or DaemonSet.</param>
/// <param name="Selector">What selects its Pods.</param>
/// <param name="Pattern">The beginning of its command line, as pgrep's expression.</param>
public sealed record Component(string Workload, string Selector, string Pattern)
{
    /// <summary>The agent on its node; programs that it launched are not it.</summary>
    public static Component Agent { get; } = new($"daemonset/{Installation.Agent}", "app.kubernetes.io/component=agent", "^([^ ]*/)?checkpoint-agent run");

    /// <summary>The operator.</summary>
    public static Component Operator { get; } = new($"deployment/{Installation.Operator}", "app.kubernetes.io/component=operator", "^([^ ]*/)?checkpoint-operator( |$)");
}
