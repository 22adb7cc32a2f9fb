using System.Text.Json.Serialization;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What happens when the restored container ends and the kubelet starts it again.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OnContainerRestart>))]
public enum OnContainerRestart
{
    /// <summary>It starts from its image, as any container.</summary>
    StartFresh,

    /// <summary>It is restored from the checkpoint again, as often as the agent's setting RestoreAttempts lets it; then it is not started any more.</summary>
    RestoreAgain,
}
