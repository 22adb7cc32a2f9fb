using CheckpointOperator.NodeAgent;
using CheckpointOperator.NodeAgent.Node;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.Node.Tests;

/// <summary>A folder that stands for a node's root.</summary>
internal sealed class TemporaryNode : IDisposable
{
    public TemporaryNode()
    {
        Path = Directory.CreateTempSubdirectory("checkpoint-node-").FullName;
        Root = new NodeRoot(Path);
    }

    public string Path { get; }

    public NodeRoot Root { get; }

    public IOptions<AgentOptions> Options { get; } = Microsoft.Extensions.Options.Options.Create(new AgentOptions());

    public string On(string path) => Path + path;

    public void Dispose()
    {
        Root.Dispose();
        Directory.Delete(Path, recursive: true);
    }
}
