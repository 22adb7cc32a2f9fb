using System.Text.Json;

namespace CheckpointOperator.RestoreRuntime;

/// <summary>The SELinux labels that a bundle's config.json gives its container; a restored one has the new Pod's, not those of the checkpoint.</summary>
internal static class SecurityLabels
{
    /// <summary>The options of `restore` that set them, of runc and crun alike; none where SELinux labels nothing.</summary>
    public static IEnumerable<Argument> OptionsFor(string bundle)
    {
        var config = File.ReadAllBytes(Path.Combine(bundle, "config.json"));
        if (Find(config, "process"u8, "selinuxLabel"u8) is { Length: > 0 } process)
        {
            yield return "--lsm-profile";
            yield return "selinux:" + process;
        }

        if (Find(config, "linux"u8, "mountLabel"u8) is { Length: > 0 } mount)
        {
            yield return "--lsm-mount-context";
            yield return mount;
        }
    }

    private static string? Find(byte[] config, ReadOnlySpan<byte> part, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(config);
        try
        {
            return Enter(ref reader, part) && Enter(ref reader, name) && reader.Read() ? reader.GetString() : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new RestoreRuntimeException($"the bundle's config.json cannot be read: {exception.Message}", exception);
        }
    }

    // From before an object's beginning to before the value of one of its members.
    private static bool Enter(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals(name))
            {
                return true;
            }

            reader.Skip();
        }

        return false;
    }
}
