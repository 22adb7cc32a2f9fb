using System.Text.Json.Serialization;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>The JSON of the conversation with the restore runtime, and of the journal.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WrapperMessage))]
[JsonSerializable(typeof(WrapperAnswer))]
[JsonSerializable(typeof(RestoreJournalEntry))]
[JsonSerializable(typeof(List<string>))]
internal sealed partial class RestoresJson : JsonSerializerContext;
