using System.Text.Json.Serialization;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What takes the checkpoint.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckpointEngine>))]
public enum CheckpointEngine
{
    /// <summary><see cref="Runtime"/> where the container runs on runc or crun, else <see cref="Kubelet"/>.</summary>
    Auto,

    /// <summary>The kubelet's checkpoint API (KEP-2008).</summary>
    Kubelet,

    /// <summary>The OCI runtime itself, run by the node agent.</summary>
    Runtime,
}
