using System.Text.Json;

namespace CheckpointOperator.RestoreRuntime;

/// <summary>The wrapper's settings, from the file beside the program that has its name and ".json".</summary>
internal sealed class RestoreRuntimeConfiguration
{
    /// <summary>The real runtime's path.</summary>
    public string Runtime { get; private set; } = "";

    /// <summary>The agent's socket. Defaults to /run/checkpoint-operator/agent.sock.</summary>
    public string Socket { get; private set; } = "/run/checkpoint-operator/agent.sock";

    /// <summary>The folder of the marks of restored containers. Defaults to /run/checkpoint-operator/restored.</summary>
    public string Restored { get; private set; } = "/run/checkpoint-operator/restored";

    /// <summary>How long the agent may be silent before the create fails. Defaults to 600.</summary>
    public int TimeoutSeconds { get; private set; } = 600;

    /// <summary>Reads the settings of the program at <paramref name="program"/>.</summary>
    public static RestoreRuntimeConfiguration Load(string program)
    {
        var path = program + ".json";
        var configuration = new RestoreRuntimeConfiguration();
        try
        {
            var reader = new Utf8JsonReader(File.ReadAllBytes(path));
            configuration.Read(ref reader);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or IOException
            or UnauthorizedAccessException)
        {
            throw new RestoreRuntimeException(
                $"the settings {path} cannot be read ({exception.Message}); `checkpoint-agent install-runtime` writes them", exception);
        }

        return Path.IsPathRooted(configuration.Runtime)
            ? configuration
            : throw new RestoreRuntimeException(
                $"the settings {path} need \"runtime\", the absolute path of runc or crun; `checkpoint-agent install-runtime` writes them");
    }

    private void Read(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
            {
                continue;
            }

            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "runtime":
                    Runtime = reader.GetString() ?? "";
                    break;
                case "socket":
                    Socket = reader.GetString() ?? Socket;
                    break;
                case "restored":
                    Restored = reader.GetString() ?? Restored;
                    break;
                case "timeoutSeconds":
                    TimeoutSeconds = reader.GetInt32();
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }
    }
}
