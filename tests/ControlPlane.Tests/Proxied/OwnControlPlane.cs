namespace CheckpointOperator.ControlPlane.Tests.Proxied;

/// <summary>A control plane of a class's own, which it may kill and compact.</summary>
public sealed class OwnControlPlane : TestControlPlane;
