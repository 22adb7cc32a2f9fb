using System.Text.Json.Serialization;

namespace CheckpointOperator.Core.Criu;

/// <summary>A socket's address family; the numbers are Linux's AF_… .</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SocketFamily>))]
public enum SocketFamily
{
    /// <summary>Within the machine.</summary>
    Unix = 1,

    /// <summary>IPv4.</summary>
    Inet = 2,

    /// <summary>IPv6.</summary>
    Inet6 = 10,

    /// <summary>To the kernel.</summary>
    Netlink = 16,

    /// <summary>Below IP.</summary>
    Packet = 17,
}
