using System.Text.Json.Serialization;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>The JSON that container engines and runtimes leave on the node.</summary>
[JsonSerializable(typeof(OciState))]
[JsonSerializable(typeof(ShimOptions))]
[JsonSerializable(typeof(OciSpec))]
[JsonSerializable(typeof(IReadOnlyList<int>))]
internal sealed partial class ContainersJson : JsonSerializerContext;
