using System.Text.Json;

namespace CheckpointOperator.RestoreRuntime;

/// <summary>One line of the agent.</summary>
internal sealed class AgentAnswer
{
    /// <summary>create, restore, refuse, ok or wait.</summary>
    public string Action { get; private set; } = "";

    /// <summary>The folder of CRIU's images (restore).</summary>
    public string ImagePath { get; private set; } = "";

    /// <summary>The folder of CRIU's logs (restore).</summary>
    public string WorkPath { get; private set; } = "";

    /// <summary>CRIU's configuration file (restore); empty where the agent names none.</summary>
    public string CriuConfig { get; private set; } = "";

    /// <summary>Why, as one word (refuse).</summary>
    public string Reason { get; private set; } = "";

    /// <summary>Why, as a line for the kubelet's event (refuse).</summary>
    public string Message { get; private set; } = "";

    /// <summary>Reads a line.</summary>
    public static AgentAnswer Parse(ReadOnlySpan<byte> line)
    {
        var answer = new AgentAnswer();
        try
        {
            var reader = new Utf8JsonReader(line);
            while (reader.Read())
            {
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    answer.Read(ref reader);
                }
            }
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new RestoreRuntimeException(
                "the agent's answer cannot be read; the agent and checkpoint-restore-runtime must be of one version", exception);
        }

        return answer;
    }

    private void Read(ref Utf8JsonReader reader)
    {
        var name = reader.GetString();
        reader.Read();
        switch (name)
        {
            case "action":
                Action = reader.GetString() ?? "";
                break;
            case "imagePath":
                ImagePath = reader.GetString() ?? "";
                break;
            case "workPath":
                WorkPath = reader.GetString() ?? "";
                break;
            case "criuConfig":
                CriuConfig = reader.GetString() ?? "";
                break;
            case "reason":
                Reason = reader.GetString() ?? "";
                break;
            case "message":
                Message = reader.GetString() ?? "";
                break;
            default:
                reader.Skip();
                break;
        }
    }
}
