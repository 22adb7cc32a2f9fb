using System.Runtime.CompilerServices;
using System.Text.Json.Serialization.Metadata;
using CheckpointOperator.Kubernetes.Json;

namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>The kinds that only the tests read and write: Namespaces, accounts, quotas.</summary>
internal static class ClientKinds
{
    [ModuleInitializer]
    internal static void Add() => KubernetesSerializer.Options.TypeInfoResolverChain.Add(new DefaultJsonTypeInfoResolver());
}
