using System.Text.Json.Nodes;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>An installed checkpoint-restore-runtime of one test, with a folder of its own on the node.</summary>
internal sealed class Wrapper
{
    private readonly NodeFixture _node;

    public Wrapper(NodeFixture node, string runtime, int timeoutSeconds = 60)
    {
        _node = node;
        Folder = $"/run/wrapper-{Guid.NewGuid():N}";
        Directory.CreateDirectory(node.PathOf(Folder));
        string program = Path.Combine(RepositoryFolder.Path, "artifacts/bin/checkpoint-restore-runtime");
        Assert.True(File.Exists(program), $"{program} is missing: make build makes it");
        File.Copy(program, node.PathOf(Program));
        var settings = new JsonObject
        {
            ["runtime"] = runtime,
            ["socket"] = $"{Folder}/agent.sock",
            ["restored"] = $"{Folder}/restored",
            ["timeoutSeconds"] = timeoutSeconds,
        };
        File.WriteAllText(node.PathOf(Program + ".json"), settings.ToJsonString());
    }

    public string Folder { get; }

    public string Program => $"{Folder}/checkpoint-restore-runtime";

    /// <summary>The runtime's log, as the shim would name it.</summary>
    public string Log => $"{Folder}/log.json";

    /// <summary>The messages of the log.</summary>
    public IEnumerable<string> Messages => File.Exists(_node.PathOf(Log))
        ? File.ReadLines(_node.PathOf(Log)).Select(line => (string)JsonNode.Parse(line)!["msg"]!)
        : [];

    /// <summary>Whether a container is marked as restored.</summary>
    public bool Marks(string id) => File.Exists(_node.PathOf($"{Folder}/restored/{id}"));

    /// <summary>Runs it, with a log.</summary>
    public Task<CommandResult> TryAsync(string arguments) => _node.TryAsync($"{Program} --log {Log} --log-format json {arguments}");

    public AgentStandIn Agent(Func<JsonObject, IEnumerable<string>> answer) => new(_node.PathOf($"{Folder}/agent.sock"), answer);
}
