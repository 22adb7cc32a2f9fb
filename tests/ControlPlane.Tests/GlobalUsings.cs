global using CheckpointOperator.ControlPlane.Tests.Fixture;
global using CheckpointOperator.Kubernetes.Abstractions.Entities;
global using CheckpointOperator.Kubernetes.Api;
global using CheckpointOperator.Kubernetes.Api.V1Alpha1;
global using CheckpointOperator.Kubernetes.Client;
global using k8s.Models;

[assembly: AssemblyFixture(typeof(TestControlPlane))]
