using System.Text.Json;

namespace CheckpointOperator.RestoreRuntime;

/// <summary>An OCI bundle's config.json, as far as it decides whether the agent is asked.</summary>
internal static class Bundle
{
    private const string RestoreAnnotation = "restore.checkpoint-operator.io/";

    /// <summary>Whether the bundle is of a container (no sandbox) whose annotations name a restore.</summary>
    public static bool NamesARestore(string bundle)
    {
        byte[] config;
        try
        {
            config = File.ReadAllBytes(Path.Combine(bundle, "config.json"));
        }
        catch (IOException)
        {
            // The runtime itself says best what is wrong with a bundle.
            return false;
        }

        // Nearly every container is decided here, before any JSON is read.
        if (config.AsSpan().IndexOf("restore.checkpoint-operator.io/"u8) < 0)
        {
            return false;
        }

        try
        {
            return Decide(Annotations(config));
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    // In containerd's words or in CRI-O's: which of them count is for the agent to judge.
    private static bool Decide(Dictionary<string, string> annotations) =>
        Names(annotations, "io.kubernetes.cri.container-type", "io.kubernetes.cri.container-name")
        || Names(annotations, "io.kubernetes.cri-o.ContainerType", "io.kubernetes.container.name");

    private static bool Names(Dictionary<string, string> annotations, string type, string name) =>
        annotations.GetValueOrDefault(type) == "container"
        && annotations.TryGetValue(name, out var container)
        && annotations.ContainsKey(RestoreAnnotation + container);

    private static Dictionary<string, string> Annotations(byte[] config)
    {
        var annotations = new Dictionary<string, string>();
        var reader = new Utf8JsonReader(config);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var here = reader.ValueTextEquals("annotations"u8);
            reader.Read();
            if (!here || reader.TokenType != JsonTokenType.StartObject)
            {
                reader.Skip();
                continue;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                reader.Read();
                annotations[name] = reader.GetString() ?? "";
            }
        }

        return annotations;
    }
}
