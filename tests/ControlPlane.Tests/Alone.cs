namespace CheckpointOperator.ControlPlane.Tests;

/// <summary>Tests that run when no other does: what their operators do to the cluster's Nodes would decide other tests, or the other way.</summary>
[CollectionDefinition(DisableParallelization = true)]
public sealed class Alone;
