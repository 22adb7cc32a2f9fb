using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using k8s;

namespace CheckpointOperator.Kubernetes.Json;

/// <summary>Serialization of the kinds of this operator, without reflection.</summary>
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UseStringEnumConverter = true,
    Converters = [typeof(KubernetesJson.KubernetesDateTimeConverter), typeof(KubernetesJson.KubernetesDateTimeOffsetConverter), typeof(KubernetesJson.Iso8601TimeSpanConverter)])]
[JsonSerializable(typeof(V1Alpha1ContainerCheckpoint))]
[JsonSerializable(typeof(V1Alpha1ContainerRestore))]
[JsonSerializable(typeof(V1Alpha1CheckpointNode))]
[JsonSerializable(typeof(JsonObject))]
// What a property of type object holds once it was read, such as managedFields' fieldsV1.
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ApiJsonContext : JsonSerializerContext;
