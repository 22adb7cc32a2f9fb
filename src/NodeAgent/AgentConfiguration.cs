using System.Collections;

using Microsoft.Extensions.Configuration;

namespace CheckpointOperator.NodeAgent;

/// <summary>Reads the agent's settings from the environment and the command line.</summary>
internal static class AgentConfiguration
{
    public const string EnvironmentPrefix = "CHECKPOINT_AGENT_";

    /// <summary>Adds both; the command line wins. A setting's words may be joined by <c>_</c> or <c>-</c>, as is usual in each.</summary>
    /// <param name="configuration">Takes them.</param>
    /// <param name="arguments"><c>--name value</c> or <c>--name=value</c>.</param>
    public static void AddAgentSettings(this IConfigurationBuilder configuration, IReadOnlyList<string> arguments)
    {
        var settings = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            if (variable.Key is string name && name.StartsWith(EnvironmentPrefix, StringComparison.Ordinal))
                settings[name[EnvironmentPrefix.Length..].Replace("_", string.Empty, StringComparison.Ordinal)] = variable.Value as string;
        }
        configuration.AddInMemoryCollection(settings);
        configuration.AddCommandLine([.. arguments.Select(Normalise)]);
    }

    private static string Normalise(string argument)
    {
        if (!argument.StartsWith("--", StringComparison.Ordinal))
            return argument;
        int end = argument.IndexOf('=', StringComparison.Ordinal);
        string name = end < 0 ? argument : argument[..end];
        return $"--{name[2..].Replace("-", string.Empty, StringComparison.Ordinal)}{(end < 0 ? string.Empty : argument[end..])}";
    }
}
