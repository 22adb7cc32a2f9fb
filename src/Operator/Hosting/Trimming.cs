using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using k8s.Models;

namespace CheckpointOperator.Operator.Hosting;

/// <summary>What the caches keep of objects of which there are many.</summary>
internal static class Trimming
{
    /// <summary>Of a Pod its name, by which waiting objects are found, and which one it is.</summary>
    public static void KeepName(V1Pod pod) => pod.Metadata = new V1ObjectMeta
    {
        Name = pod.Metadata.Name,
        NamespaceProperty = pod.Metadata.NamespaceProperty,
        Uid = pod.Metadata.Uid,
        ResourceVersion = pod.Metadata.ResourceVersion,
    };

    /// <summary>The Pod template is the most of a checkpoint, and only restores take it, who read the checkpoint anew.</summary>
    public static void LeaveOutPodTemplate(V1Alpha1ContainerCheckpoint checkpoint) => checkpoint.Status.PodTemplate = null;
}
