using System.Text.Json.Nodes;
using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Kubernetes.Json;
using k8s.Models;

namespace CheckpointOperator.Operator.Restores;

/// <summary>Compares the Pods of two checkpoints that are to be restored into one.</summary>
internal static class PodSpecComparison
{
    /// <summary>The first field in which the recorded specs differ, or null. The images of restored containers are not compared: each is fixed to its own checkpoint's.</summary>
    /// <param name="one">A checkpoint.</param>
    /// <param name="other">Another one.</param>
    /// <param name="restored">Names of the containers that are restored.</param>
    public static string? FindDifference(V1Alpha1ContainerCheckpoint one, V1Alpha1ContainerCheckpoint other, HashSet<string> restored) =>
        FindDifference("spec", SpecOf(one, restored), SpecOf(other, restored));

    private static JsonObject SpecOf(V1Alpha1ContainerCheckpoint checkpoint, HashSet<string> restored)
    {
        V1PodSpec spec = KubernetesSerializer.Clone(checkpoint.Status.PodTemplate!.Spec);
        foreach (V1Container container in spec.LastingContainers().Where(container => restored.Contains(container.Name)))
            (container.Image, container.ImagePullPolicy) = (null, null);
        return KubernetesSerializer.ToObject(spec);
    }

    private static string? FindDifference(string path, JsonNode? one, JsonNode? other)
    {
        if (JsonNode.DeepEquals(one, other))
            return null;
        return (one, other) switch
        {
            (JsonObject a, JsonObject b) => a.Select(member => member.Key).Union(b.Select(member => member.Key))
                .Select(name => FindDifference($"{path}.{name}", a[name], b[name])).FirstOrDefault(difference => difference is not null) ?? path,
            (JsonArray a, JsonArray b) when a.Count == b.Count => Enumerable.Range(0, a.Count)
                .Select(index => FindDifference($"{path}[{index}]", a[index], b[index])).FirstOrDefault(difference => difference is not null) ?? path,
            _ => path,
        };
    }
}
