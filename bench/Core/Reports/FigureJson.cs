using System.Text.Json.Serialization;

namespace CheckpointOperator.Core.Benchmark.Reports;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(IReadOnlyList<Figure>))]
internal sealed partial class FigureJson : JsonSerializerContext;
