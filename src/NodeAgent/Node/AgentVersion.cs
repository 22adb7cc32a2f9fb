using System.Reflection;

namespace CheckpointOperator.NodeAgent.Node;

/// <summary>The agent's own version.</summary>
internal static class AgentVersion
{
    /// <summary>Without the build's mark, such as <c>0.1.0</c>.</summary>
    public static string Current { get; } =
        typeof(AgentVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";
}
