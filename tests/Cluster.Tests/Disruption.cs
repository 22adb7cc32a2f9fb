namespace CheckpointOperator.Cluster.Tests;

/// <summary>Tests that take away what all tests on the node need; each runs alone. Most compare the node with what it was before all of them.</summary>
[CollectionDefinition(nameof(Disruption), DisableParallelization = true)]
public sealed class Disruption : ICollectionFixture<NodeBefore>;
