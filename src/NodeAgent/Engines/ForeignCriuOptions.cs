using CheckpointOperator.NodeAgent.Containers;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>
/// CRIU options that a container brings along: runc and crun hand CRIU, which runs as the node's root, the file that the annotation <c>org.criu.config</c>
/// names, and such a file may name programs to run. Engines that pass Pods' annotations on (CRI-O before 1.30, or where it is told to) let a Pod set it.
/// </summary>
internal static class ForeignCriuOptions
{
    private const string Annotation = "org.criu.config";

    /// <summary>Refuses a container that has some. A restored container has ours.</summary>
    /// <param name="container">The container.</param>
    /// <param name="options">Where ours lie.</param>
    /// <exception cref="CheckpointFailedException">It has some.</exception>
    public static void Refuse(RunningContainer container, AgentOptions options)
    {
        ArgumentNullException.ThrowIfNull(container);
        ArgumentNullException.ThrowIfNull(options);
        if (container.Spec.Annotation(Annotation) is not { Length: > 0 } file || IsBelow(options.Restores) || IsBelow(options.Work))
            return;
        throw new CheckpointFailedException(
            CheckpointFailedException.CheckpointFailed,
            $"container {container.Id} has the annotation {Annotation} ({file}), by which CRIU would take its orders as the node's root: make the Pod without it");

        bool IsBelow(string folder) => file.StartsWith(folder + "/", StringComparison.Ordinal) && !file.Split('/').Contains("..");
    }
}
