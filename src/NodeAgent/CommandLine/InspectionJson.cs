using System.Text.Json.Serialization;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The JSON of what CRIU's images say. What was not asked for, or is not there, has no member.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(ArchiveMetadata))]
[JsonSerializable(typeof(CriuCheckpoint))]
[JsonSerializable(typeof(List<CheckpointProcess>))]
[JsonSerializable(typeof(List<RootFsChange>))]
internal sealed partial class InspectionJson : JsonSerializerContext;
