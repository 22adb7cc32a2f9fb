using System.Text.Json.Serialization;

namespace CheckpointOperator.Core.Criu;

/// <summary>A socket's state; the numbers are Linux's TCP_… (include/net/tcp_states.h), which other kinds of sockets use too.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SocketState>))]
public enum SocketState
{
    /// <summary>Connected.</summary>
    Established = 1,

    /// <summary>SYN sent.</summary>
    SynSent = 2,

    /// <summary>SYN received.</summary>
    SynReceived = 3,

    /// <summary>FIN sent.</summary>
    FinWait1 = 4,

    /// <summary>FIN sent and confirmed.</summary>
    FinWait2 = 5,

    /// <summary>Both sides closed, waiting for stray segments.</summary>
    TimeWait = 6,

    /// <summary>Not connected.</summary>
    Close = 7,

    /// <summary>The other side closed.</summary>
    CloseWait = 8,

    /// <summary>The other side closed, and FIN sent.</summary>
    LastAck = 9,

    /// <summary>Waiting for connections.</summary>
    Listen = 10,

    /// <summary>Both sides closed at the same time.</summary>
    Closing = 11,
}
