using CheckpointOperator.Kubernetes.Api.V1Alpha1;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>The engine for one checkpoint.</summary>
/// <param name="Engine">Kubelet or Runtime.</param>
/// <param name="Why">Why it was chosen, for the object's status.</param>
/// <param name="IsFallback">Whether the other engine was tried before.</param>
public sealed record EngineChoice(CheckpointEngine Engine, string Why, bool IsFallback = false);
