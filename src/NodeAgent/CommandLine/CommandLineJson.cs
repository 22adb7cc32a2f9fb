using System.Text.Json.Serialization;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.RootFs;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The JSON that the command line reads and prints.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ArchiveSummary))]
[JsonSerializable(typeof(ImportResult))]
[JsonSerializable(typeof(HashedImport))]
[JsonSerializable(typeof(ApplyResult))]
[JsonSerializable(typeof(DiffOutput))]
[JsonSerializable(typeof(DeletionOutput))]
[JsonSerializable(typeof(LabelOutput))]
[JsonSerializable(typeof(RuntimeNameOutput))]
[JsonSerializable(typeof(RefusalOutput))]
[JsonSerializable(typeof(ProbeOutput))]
[JsonSerializable(typeof(List<FileChange>))]
internal sealed partial class CommandLineJson : JsonSerializerContext;
