namespace CheckpointOperator.NodeAgent.Kubelet;

/// <summary>What the kubelet's checkpoint API answers.</summary>
/// <param name="Items">Paths of the archives that it made, on the node.</param>
internal sealed record KubeletAnswer(IReadOnlyList<string>? Items = null);
