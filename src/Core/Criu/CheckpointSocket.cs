using System.Net.Sockets;
using System.Text.Json.Serialization;

namespace CheckpointOperator.Core.Criu;

/// <summary>A socket of a process.</summary>
public sealed record CheckpointSocket
{
    /// <summary>The descriptor's number.</summary>
    public required uint Descriptor { get; init; }

    /// <summary>The address family.</summary>
    public required SocketFamily Family { get; init; }

    /// <summary>The type; Linux has the same numbers.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<SocketType>))]
    public SocketType? Type { get; init; }

    /// <summary>The protocol: IANA's of IP, netlink's families, a packet socket's EtherType; 0 for Unix sockets.</summary>
    public required uint Protocol { get; init; }

    /// <summary>The state; null for a socket without one.</summary>
    public SocketState? State { get; init; }

    /// <summary>The own IP address.</summary>
    public string? LocalAddress { get; init; }

    /// <summary>The own port.</summary>
    public uint? LocalPort { get; init; }

    /// <summary>The other side's IP address; null when it is connected to nobody.</summary>
    public string? RemoteAddress { get; init; }

    /// <summary>The other side's port; null when it is connected to nobody.</summary>
    public uint? RemotePort { get; init; }

    /// <summary>A Unix socket's name as in <c>/proc/net/unix</c>: a path, or an abstract name with <c>@</c> for each NUL; null when it has none.</summary>
    public string? Name { get; init; }

    /// <summary>The socket's inode number; null when CRIU's image has none (packet sockets).</summary>
    public uint? Inode { get; init; }

    /// <summary>The inode number of the Unix socket at the other end; null when there is none.</summary>
    public uint? PeerInode { get; init; }

    /// <summary>SO_SNDBUF in bytes.</summary>
    public uint? SendBuffer { get; init; }

    /// <summary>SO_RCVBUF in bytes.</summary>
    public uint? ReceiveBuffer { get; init; }
}
