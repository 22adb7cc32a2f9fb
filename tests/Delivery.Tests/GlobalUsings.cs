global using CheckpointOperator.Delivery.Tests.Images;
