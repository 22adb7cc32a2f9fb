using System.Buffers.Binary;
using System.Net;

using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.NodeAgent.Restores.Sockets;

/// <summary>
/// Fits the sockets in CRIU's files.img to the Pod that they are restored into. CRIU itself knows but one answer for all connections: it keeps them all and
/// fails where one address is missing, or closes them all, those over the loopback too.
/// </summary>
internal static class InetSockets
{
    private const ulong SocketField = 4; // file_entry.isk, images/fdinfo.proto
    private const int MagicBytes = 8;
    // An archive is hostile until shown otherwise: taken apart, an entry needs some forty times its bytes. A socket's has a few hundred.
    private const int MaximumImage = 64 * 1024 * 1024;
    private const int MaximumEntry = 16 * 1024;
    private const int MaximumConnections = 1_000_000;
    private static readonly RelativePath Image = RelativePath.Parse("checkpoint/files.img");

    /// <summary>
    /// Keeps connections of which both ends are in the checkpoint; keeps those with others where that is wanted and the Pod has the address that they were
    /// made from; closes the rest. Sockets that are bound to an address that the Pod has not any more get the one that it has.
    /// </summary>
    /// <param name="images">The imported archive.</param>
    /// <param name="here">The Pod's addresses.</param>
    /// <param name="keep">Whether connections with others are kept at all.</param>
    /// <exception cref="InvalidDataException">The image is damaged.</exception>
    public static InetFit Fit(RootDirectory images, IReadOnlyCollection<IPAddress> here, bool keep)
    {
        if (!images.Exists(Image))
            return new InetFit(0, 0, 0);
        byte[] image = images.ReadFile(Image, MaximumImage);
        HashSet<(IPEndPoint, IPEndPoint)> ends = FindEnds(image);
        var fit = new InetFit(0, 0, 0);
        using var fitted = new MemoryStream(image.Length);
        fitted.Write(image.AsSpan(0, MagicBytes));
        foreach (ReadOnlyMemory<byte> entry in Entries(image))
        {
            (WireMessage File, InetSocket Socket)? read = Read(entry);
            if (read is not { Socket: var socket, File: var file })
            {
                Write(fitted, entry.Span);
            }
            else if (socket.IsConnection && Stays(socket, ends.Contains((socket.Destination, socket.Source)), here, keep))
            {
                Write(fitted, entry.Span);
                fit = fit with { Kept = fit.Kept + 1 };
            }
            else if (socket.IsConnection)
            {
                file.Set(SocketField, socket.Close());
                Write(fitted, file.ToArray());
                fit = fit with { Closed = fit.Closed + 1 };
            }
            else if (NewAddress(socket.Source.Address, here) is { } address)
            {
                file.Set(SocketField, socket.Move(address));
                Write(fitted, file.ToArray());
                fit = fit with { Moved = fit.Moved + 1 };
            }
            else
            {
                Write(fitted, entry.Span);
            }
        }
        if (fit is not { Closed: 0, Moved: 0 })
            images.WriteFileAtomically(Image, fitted.ToArray(), images.Stat(Image)!.Value.Mode);
        return fit;
    }

    private static HashSet<(IPEndPoint, IPEndPoint)> FindEnds(ReadOnlyMemory<byte> image)
    {
        var ends = new HashSet<(IPEndPoint, IPEndPoint)>();
        foreach (ReadOnlyMemory<byte> entry in Entries(image))
        {
            if (Read(entry) is { Socket: { IsConnection: true } socket } && ends.Add((socket.Source, socket.Destination)) && ends.Count > MaximumConnections)
                throw new InvalidDataException($"checkpoint/files.img has more than {MaximumConnections} connections");
        }
        return ends;
    }

    private static (WireMessage File, InetSocket Socket)? Read(ReadOnlyMemory<byte> entry)
    {
        if (entry.Length > MaximumEntry)
            return null;
        var file = new WireMessage(entry);
        return file.Message(SocketField) is { } message && InetSocket.Read(message) is { } socket ? (file, socket) : null;
    }

    // An end in the Pod itself whose other end is not restored with it (another container's) has nobody to talk to, whatever the address.
    private static bool Stays(InetSocket socket, bool bothEnds, IReadOnlyCollection<IPAddress> here, bool keep)
    {
        (IPAddress source, IPAddress destination) = (socket.Source.Address, socket.Destination.Address);
        bool within = IPAddress.IsLoopback(destination) || destination.Equals(source) || here.Contains(destination);
        return (bothEnds || !within) && (IPAddress.IsLoopback(source) || (keep && here.Contains(source)));
    }

    private static IPAddress? NewAddress(IPAddress old, IReadOnlyCollection<IPAddress> here) =>
        IsPods(old) && !IsMulticast(old) && !here.Contains(old) ? here.FirstOrDefault(address => address.AddressFamily == old.AddressFamily && IsPods(address)) : null;

    private static bool IsPods(IPAddress address) =>
        !IPAddress.IsLoopback(address) && !address.IsIPv6LinkLocal && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any);

    // 224.0.0.0/4, RFC 5771
    private static bool IsMulticast(IPAddress address) => address.IsIPv6Multicast || address.GetAddressBytes() is [>= 224 and < 240, _, _, _];

    // Each entry is its length (32 bits, little endian) and a message; two magic numbers stand before them.
    private static IEnumerable<ReadOnlyMemory<byte>> Entries(ReadOnlyMemory<byte> image)
    {
        for (int at = MagicBytes; at < image.Length;)
        {
            long length = image.Length - at < sizeof(uint) ? int.MaxValue : BinaryPrimitives.ReadUInt32LittleEndian(image.Span[at..]);
            if (length > image.Length - at - sizeof(uint))
                throw new InvalidDataException("checkpoint/files.img ends in an entry");
            yield return image.Slice(at + sizeof(uint), (int)length);
            at += sizeof(uint) + (int)length;
        }
    }

    private static void Write(MemoryStream image, ReadOnlySpan<byte> entry)
    {
        Span<byte> length = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)entry.Length);
        image.Write(length);
        image.Write(entry);
    }
}
