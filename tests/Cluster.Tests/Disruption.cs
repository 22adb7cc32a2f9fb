namespace CheckpointOperator.Cluster.Tests;

/// <summary>Tests that take away what all tests on the node need; each runs alone.</summary>
[CollectionDefinition(nameof(Disruption), DisableParallelization = true)]
public sealed class Disruption;
