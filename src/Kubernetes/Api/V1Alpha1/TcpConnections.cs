using System.Text.Json.Serialization;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>
/// What becomes of the TCP connections that a process had open at its checkpoint. Those over the Pod's loopback, whose two ends are both in the
/// checkpoint, go on whatever is said here.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<TcpConnections>))]
public enum TcpConnections
{
    /// <summary>
    /// Kept where the Pod has the address that they were made from, closed where it has not. The default, because a connection is known by its
    /// addresses, so that no other answer can be right for it.
    /// </summary>
    Auto,

    /// <summary>Closed on any address: for a copy that runs beside its source, or whose peers will have given up.</summary>
    Close,
}
