using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace CheckpointOperator.NodeAgent.Restores.Sockets;

/// <summary>A TCP or UDP socket among a checkpoint's open files (CRIU's <c>inet_sk_entry</c>, images/sk-inet.proto).</summary>
internal sealed class InetSocket
{
    private const ulong ProtocolField = 5;
    private const ulong StateField = 6;
    private const ulong SourcePortField = 7;
    private const ulong DestinationPortField = 8;
    private const ulong SourceField = 11;
    private const ulong DestinationField = 12;
    private const ulong ShutdownField = 19;
    private const int Closed = 7; // TCP_CLOSE
    private const int ShutBoth = 3; // sk_shutdown.BOTH

    private readonly WireMessage _message;
    private readonly bool _isIPv6;

    private InetSocket(WireMessage message, IPEndPoint source, IPEndPoint destination)
    {
        _message = message;
        _isIPv6 = message.Numbers(SourceField).Count > 1;
        Source = source;
        Destination = destination;
    }

    /// <summary>Its own address; one of IPv4 that an IPv6 socket has is told as such.</summary>
    public IPEndPoint Source { get; private set; }

    /// <summary>The other end's; port 0 where it is not connected.</summary>
    public IPEndPoint Destination { get; }

    /// <summary>Whether it is an end of a TCP connection, in whatever state.</summary>
    public bool IsConnection => (ProtocolType)(_message.Number(ProtocolField) ?? 0) == ProtocolType.Tcp && Destination.Port != 0;

    /// <summary>Reads one; null where its addresses are of no family that is known.</summary>
    /// <param name="message">The entry.</param>
    public static InetSocket? Read(WireMessage message) =>
        Address(message.Numbers(SourceField)) is { } source && Address(message.Numbers(DestinationField)) is { } destination
            ? new InetSocket(message, new IPEndPoint(source, Port(message.Number(SourcePortField))), new IPEndPoint(destination, Port(message.Number(DestinationPortField))))
            : null;

    /// <summary>Makes it what it is after its peer has closed: reading comes to the end, writing fails.</summary>
    /// <returns>The entry.</returns>
    public WireMessage Close()
    {
        _message.Set(StateField, Closed);
        _message.Set(SourcePortField, 0);
        _message.Set(DestinationPortField, 0);
        _message.Set(ShutdownField, ShutBoth);
        return _message;
    }

    /// <summary>Gives it another address of its own.</summary>
    /// <param name="address">An address of the same family.</param>
    /// <returns>The entry.</returns>
    public WireMessage Move(IPAddress address)
    {
        Source = new IPEndPoint(address, Source.Port);
        byte[] bytes = (_isIPv6 ? address.MapToIPv6() : address).GetAddressBytes();
        _message.Set(SourceField, bytes.Chunk(sizeof(uint)).Select(word => (ulong)BinaryPrimitives.ReadUInt32LittleEndian(word)));
        return _message;
    }

    private static int Port(ulong? number) => number is <= IPEndPoint.MaxPort ? (int)number : throw new InvalidDataException($"{number} is no port");

    // The words are the machine's own copies of the address: little endian on all machines that CRIU runs on but s390x.
    private static IPAddress? Address(IReadOnlyList<ulong> words)
    {
        if (words.Count is not (1 or 4))
            return null;
        var bytes = new byte[words.Count * sizeof(uint)];
        for (int i = 0; i < words.Count; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), (uint)words[i]);
        var address = new IPAddress(bytes);
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
