using System.Text.Json.Serialization;

using CheckpointOperator.NodeAgent.Kubelet;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>The JSON that engines write: into archives and into the journal.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true,
    WriteIndented = true)]
[JsonSerializable(typeof(CheckpointJournalEntry))]
[JsonSerializable(typeof(ArchiveMetadata))]
[JsonSerializable(typeof(ConfigDump))]
[JsonSerializable(typeof(IReadOnlyList<VolumeFile>))]
[JsonSerializable(typeof(KubeletAnswer))]
internal sealed partial class EnginesJson : JsonSerializerContext;
