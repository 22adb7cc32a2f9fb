namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>Empty: a CheckpointNode only tells.</summary>
public sealed class CheckpointNodeSpec;
