using System.Net;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Node;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>The addresses of a Pod sandbox, from its network namespace: the Pod's status has them only later.</summary>
/// <param name="node">The node's files.</param>
/// <param name="options">Where containerd keeps its state.</param>
internal sealed class SandboxAddresses(NodeRoot node, IOptions<AgentOptions> options)
{
    private const int MaximumPidFile = 64;

    /// <summary>The addresses of a container's sandbox; none where they cannot be told.</summary>
    /// <param name="container">The container.</param>
    public IReadOnlyList<IPAddress> Of(RunningContainer container)
    {
        ArgumentNullException.ThrowIfNull(container);
        if (container.Id.Engine == ContainerId.CriO)
            return Noted(container.Spec);
        string? sandboxId = container.Spec.Annotation("io.kubernetes.cri.sandbox-id");
        if (!ContainerId.IsValid(sandboxId))
            return [];
        RelativePath file = RelativePath.Parse($"{options.Value.ContainerdState}/io.containerd.runtime.v2.task/k8s.io/{sandboxId}/init.pid");
        if (!node.Directory.Exists(file))
            return [];
        string pid = System.Text.Encoding.ASCII.GetString(node.Directory.ReadFile(file, MaximumPidFile)).Trim();
        return int.TryParse(pid, out int parsed) ? Read($"/proc/{parsed}/net") : [];
    }

    // CRI-O's sandboxes mostly have no process of their own to look at, and each container's configuration has their addresses.
    private static List<IPAddress> Noted(OciSpec spec)
    {
        var addresses = new List<IPAddress>();
        while (IPAddress.TryParse(spec.Annotation($"{EngineAnnotations.CriOAddress}{addresses.Count}"), out IPAddress? address))
            addresses.Add(address);
        return addresses;
    }

    private static List<IPAddress> Read(string folder)
    {
        try
        {
            return [.. ParseFibTrie(File.ReadAllText($"{folder}/fib_trie")), .. ParseInet6(File.ReadAllText($"{folder}/if_inet6"))];
        }
        catch (IOException)
        {
            return []; // the sandbox ended
        }
    }

    /// <summary>The addresses that a <c>/proc/PID/net/fib_trie</c> calls local: the line before each <c>/32 host LOCAL</c>.</summary>
    internal static IEnumerable<IPAddress> ParseFibTrie(string trie)
    {
        string before = string.Empty;
        foreach (string line in trie.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line == "/32 host LOCAL" && IPAddress.TryParse(before[(before.LastIndexOf(' ') + 1)..], out IPAddress? address))
                yield return address;
            before = line;
        }
    }

    /// <summary>The addresses of a <c>/proc/PID/net/if_inet6</c>.</summary>
    internal static IEnumerable<IPAddress> ParseInet6(string addresses) => addresses
        .Split('\n', StringSplitOptions.RemoveEmptyEntries)
        .Where(line => line.Length >= 32)
        .Select(line => new IPAddress(Convert.FromHexString(line.AsSpan(0, 32))));
}
