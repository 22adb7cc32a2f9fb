using System.Text.Json.Serialization;

namespace CheckpointOperator.Core.Criu;

/// <summary>What an open file is; the numbers are CRIU's fd_types (images/fdinfo.proto).</summary>
[JsonConverter(typeof(JsonStringEnumConverter<OpenFileKind>))]
public enum OpenFileKind
{
    /// <summary>A number that is none of CRIU's, or one that is newer than this program.</summary>
    Unknown = 0,

    /// <summary>A file or folder.</summary>
    Regular = 1,

    /// <summary>One end of a pipe.</summary>
    Pipe = 2,

    /// <summary>A FIFO with a name.</summary>
    Fifo = 3,

    /// <summary>An IPv4 or IPv6 socket.</summary>
    InetSocket = 4,

    /// <summary>A Unix socket.</summary>
    UnixSocket = 5,

    /// <summary>eventfd(2).</summary>
    EventFd = 6,

    /// <summary>epoll(7).</summary>
    EventPoll = 7,

    /// <summary>inotify(7).</summary>
    Inotify = 8,

    /// <summary>signalfd(2).</summary>
    SignalFd = 9,

    /// <summary>A packet socket.</summary>
    PacketSocket = 10,

    /// <summary>A terminal.</summary>
    Terminal = 11,

    /// <summary>fanotify(7).</summary>
    Fanotify = 12,

    /// <summary>A netlink socket.</summary>
    NetlinkSocket = 13,

    /// <summary>A namespace.</summary>
    Namespace = 14,

    /// <summary>A TUN or TAP device.</summary>
    Tun = 15,

    /// <summary>A file that whoever restores has to bring.</summary>
    External = 16,

    /// <summary>timerfd(2).</summary>
    TimerFd = 17,

    /// <summary>memfd_create(2).</summary>
    MemoryFd = 18,

    /// <summary>A BPF map.</summary>
    BpfMap = 19,

    /// <summary>pidfd_open(2).</summary>
    PidFd = 20,
}
