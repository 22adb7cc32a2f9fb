using System.Text;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Node;

using k8s.Models;

using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.NodeAgent.Kubelet;

/// <summary>The folder where the kubelet puts archives: <c>checkpoint-POD_NAMESPACE-CONTAINER-TIME.tar</c> below its own.</summary>
/// <param name="node">The node's files.</param>
/// <param name="options">Where the kubelet's folder is.</param>
internal sealed class KubeletCheckpoints(NodeRoot node, IOptions<AgentOptions> options)
{
    private const string Extension = ".tar";

    private readonly string _path = $"{options.Value.KubeletRoot}/checkpoints";

    /// <summary>Opens the archive that the kubelet named in its answer.</summary>
    /// <param name="path">The path.</param>
    /// <param name="pod">The Pod that was asked for.</param>
    /// <param name="container">The container that was asked for.</param>
    /// <param name="name">The file's name in the folder.</param>
    /// <exception cref="CheckpointFailedException">It is not what was asked for, not in the folder, or no regular file.</exception>
    public SafeFileHandle Open(string path, V1Pod pod, string container, out RelativePath name)
    {
        string prefix = $"{_path}/";
        if (!path.StartsWith(prefix, StringComparison.Ordinal) || !RelativePath.TryParse(path[prefix.Length..], out name) || name.Depth != 1)
            throw Refused(path, $"does not lie in {_path}: set the agent's KubeletRoot to the kubelet's --root-dir");
        if (!IsOf(name, pod, container))
            throw Refused(path, $"is not named as one of container {container} of Pod {pod.Metadata.Name} is");
        using RootDirectory folder = node.OpenDirectory(_path);
        if (folder.Stat(name) is not { } status)
            throw Refused(path, "is not there");
        if (status.Type != FileType.Regular)
            throw Refused(path, $"is {status.Type}, not a regular file");
        return folder.OpenFileNoFollow(name);
    }

    /// <summary>The archives of a container that are there.</summary>
    /// <param name="pod">The Pod.</param>
    /// <param name="container">The container.</param>
    public HashSet<RelativePath> List(V1Pod pod, string container)
    {
        if (!node.Directory.Exists(RelativePath.Parse(_path)))
            return [];
        using RootDirectory folder = node.OpenDirectory(_path);
        return [.. folder.List().Select(entry => entry.Path).Where(name => IsOf(name, pod, container))];
    }

    /// <summary>Removes archives.</summary>
    /// <param name="names">Their names in the folder.</param>
    public void Remove(IEnumerable<RelativePath> names)
    {
        if (!node.Directory.Exists(RelativePath.Parse(_path)))
            return;
        using RootDirectory folder = node.OpenDirectory(_path);
        foreach (RelativePath name in names)
            folder.Remove(name);
        folder.Flush();
    }

    private static bool IsOf(RelativePath name, V1Pod pod, string container) =>
        name.Bytes.StartsWith(Encoding.UTF8.GetBytes($"checkpoint-{pod.Metadata.Name}_{pod.Metadata.NamespaceProperty}-{container}-")) && name.Name.EndsWith(Extension, StringComparison.Ordinal);

    private static CheckpointFailedException Refused(string path, string why) =>
        new(CheckpointFailedException.CheckpointFailed, $"the archive that the kubelet names, {DisplayPath(path)}, {why}");

    private static string DisplayPath(string path) => RelativePath.TryParse(path, out RelativePath parsed) ? $"/{parsed.Display}" : "(no path)";
}
