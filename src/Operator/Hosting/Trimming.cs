using CheckpointOperator.Kubernetes.Api.V1Alpha1;

namespace CheckpointOperator.Operator.Hosting;

/// <summary>What the caches keep of objects of which there are many.</summary>
internal static class Trimming
{
    /// <summary>The Pod template is the most of a checkpoint, and only restores take it, who read the checkpoint anew.</summary>
    public static void LeaveOutPodTemplate(V1Alpha1ContainerCheckpoint checkpoint) => checkpoint.Status.PodTemplate = null;
}
