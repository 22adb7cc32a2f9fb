using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Json;

/// <summary>
/// Serialization of the kinds that are read and written here, without reflection. The client's own context knows all of Kubernetes' kinds: a program that
/// refers to it has them all in its memory.
/// </summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    Converters = [typeof(KubernetesJson.KubernetesDateTimeConverter), typeof(KubernetesJson.KubernetesDateTimeOffsetConverter), typeof(KubernetesJson.Iso8601TimeSpanConverter)])]
[JsonSerializable(typeof(V1Alpha1ContainerCheckpoint))]
[JsonSerializable(typeof(V1Alpha1ContainerRestore))]
[JsonSerializable(typeof(V1Alpha1CheckpointNode))]
[JsonSerializable(typeof(V1Pod))]
[JsonSerializable(typeof(V1Node))]
[JsonSerializable(typeof(V1Lease))]
[JsonSerializable(typeof(Corev1Event))]
[JsonSerializable(typeof(V1Status))]
[JsonSerializable(typeof(V1DeleteOptions))]
[JsonSerializable(typeof(V1PodTemplateSpec))]
[JsonSerializable(typeof(JsonObject))]
// What a property of type object holds once it was read, such as managedFields' fieldsV1.
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ApiJsonContext : JsonSerializerContext;
