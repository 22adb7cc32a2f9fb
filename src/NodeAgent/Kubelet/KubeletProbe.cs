namespace CheckpointOperator.NodeAgent.Kubelet;

/// <summary>Whether the kubelet takes checkpoints.</summary>
/// <param name="Available">Whether it has the API; null where that could not be found out.</param>
/// <param name="Message">What was asked, what came, and what to do about it.</param>
internal sealed record KubeletProbe(bool? Available, string Message);
