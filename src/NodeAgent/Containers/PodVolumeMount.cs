namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>Where a container mounts a volume.</summary>
/// <param name="Path">The path in the container.</param>
/// <param name="SubPath">The part of the volume; null for all of it.</param>
public sealed record PodVolumeMount(string Path, string? SubPath);
