using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace CheckpointOperator.Plugin.Output;

/// <summary>JSON as YAML.</summary>
internal static class Yaml
{
    // What YAML 1.1, which Kubernetes' parsers speak, takes for something else than text.
    private static readonly HashSet<string> Words = new(["null", "true", "false", "yes", "no", "on", "off", "y", "n"], StringComparer.OrdinalIgnoreCase);

    /// <summary>Writes one document.</summary>
    public static void Write(JsonNode value, TextWriter output)
    {
        Emitter emitter = new(output, new EmitterSettings().WithBestWidth(int.MaxValue));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(value, emitter);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private static void Emit(JsonNode? value, Emitter emitter)
    {
        switch (value)
        {
            case JsonObject map:
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, map.Count == 0 ? MappingStyle.Flow : MappingStyle.Block));
                foreach ((string name, JsonNode? member) in map)
                {
                    EmitText(name, emitter);
                    Emit(member, emitter);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonArray list:
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, list.Count == 0 ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (JsonNode? item in list)
                    Emit(item, emitter);
                emitter.Emit(new SequenceEnd());
                break;
            case { } scalar when scalar.GetValueKind() == JsonValueKind.String:
                EmitText(scalar.GetValue<string>(), emitter);
                break;
            default:
                emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, value?.ToJsonString() ?? "null", ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false));
                break;
        }
    }

    private static void EmitText(string text, Emitter emitter)
    {
        // Numbers, dates and the like begin with what is no letter: those are quoted, as is what stands for a value.
        bool isPlain = text.Length > 0 && (char.IsAsciiLetter(text[0]) || text[0] is '/' or '_') && !Words.Contains(text);
        ScalarStyle style = isPlain ? ScalarStyle.Any : ScalarStyle.DoubleQuoted;
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: isPlain, isQuotedImplicit: true));
    }
}
