using System.Security.Cryptography;
using System.Text;

namespace CheckpointOperator.Kubernetes.Api;

/// <summary>A node's name as a label value: label values end at 63 characters, node names at 253.</summary>
public static class NodeLabel
{
    private const int MaximumLabelValue = 63;

    /// <summary>The node's name itself where it fits, otherwise its first 46 characters, a dash and 16 hexadecimal digits of its SHA-256.</summary>
    /// <param name="nodeName">The node's name.</param>
    public static string ValueFor(string nodeName)
    {
        ArgumentException.ThrowIfNullOrEmpty(nodeName);
        if (nodeName.Length <= MaximumLabelValue)
            return nodeName;
        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(nodeName)));
        return $"{nodeName[..46]}-{digest[..16]}";
    }

    /// <summary>The label selector that finds the objects of one node.</summary>
    /// <param name="nodeName">The node's name.</param>
    public static string SelectorFor(string nodeName) => $"{ApiGroup.NodeLabelKey}={ValueFor(nodeName)}";
}
