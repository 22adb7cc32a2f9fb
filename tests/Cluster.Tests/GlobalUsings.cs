global using CheckpointOperator.Cluster.Tests.Objects;
global using CheckpointOperator.Cluster.Tests.Running;
