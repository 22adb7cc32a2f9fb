using System.Net;

namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>The kubelet's answer.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">The start of the body.</param>
public sealed record KubeletResponse(HttpStatusCode Status, string Body);
