using System.Text.Json;

namespace CheckpointOperator.Cluster.Tests.Objects;

/// <summary>What Workloads/server.py says of itself.</summary>
public sealed record ServerState(
    long Count, string Identity, int Pid, int Threads, int Connections, string Greeting, long LogOffset, bool LogIsItsFile)
{
    /// <summary>Reads its answer.</summary>
    public static ServerState Parse(string json) => JsonSerializer.Deserialize<ServerState>(json, JsonSerializerOptions.Web)
        ?? throw new InvalidOperationException($"the server answered {json}");
}
