using System.Net;
using System.Net.Sockets;

using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Restores.Sockets;

namespace CheckpointOperator.Node.Tests.Restores.Sockets;

public sealed class InetSocketsTests : IDisposable
{
    private static readonly IPAddress[] SameAddress = Addresses("127.0.0.1 10.1.0.5 ::1 fd00::5");
    private static readonly IPAddress[] OtherAddress = Addresses("127.0.0.1 10.1.0.6 ::1 fd00::6 fe80::1");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    [Theory]
    [InlineData("10.1.0.5:8080", "10.1.0.9:4000", true)]
    [InlineData("::ffff:10.1.0.5:8080", "::ffff:10.1.0.9:4000", true)]
    [InlineData("fd00::5:8080", "fd00::9:4000", true)]
    [InlineData("10.1.0.4:8080", "10.1.0.9:4000", false)]
    public void A_connection_with_another_pod_is_kept_where_the_address_is_the_same(string source, string destination, bool kept)
    {
        Write(Tcp(source, destination));
        Assert.Equal(kept ? new InetFit(1, 0, 0) : new InetFit(0, 1, 0), Fit(SameAddress));
        Assert.Equal(kept, Read()[0].IsConnection);
    }

    [Fact]
    public void A_closed_connection_is_a_socket_that_was_shut_down_and_keeps_all_else()
    {
        Write(Tcp("10.1.0.5:8080", "10.1.0.9:4000"));
        Assert.Equal(new InetFit(0, 1, 0), Fit(OtherAddress));
        WireMessage socket = ReadEntries()[0].Message(4)!;
        // TCP_CLOSE, no ports, sk_shutdown BOTH; a field that is not known here, and zeros that protobuf's own writer would leave out.
        Assert.Equal((7ul, 0ul, 0ul, 3ul, 99ul, 0ul), (socket.Number(6), socket.Number(7), socket.Number(8), socket.Number(19), socket.Number(77), socket.Number(9)));
    }

    [Fact]
    public void Nothing_but_the_loopback_is_kept_where_connections_are_to_be_closed()
    {
        Write(Tcp("10.1.0.5:8080", "10.1.0.9:4000"), Tcp("127.0.0.1:1", "127.0.0.1:2"), Tcp("127.0.0.1:2", "127.0.0.1:1"), Tcp("::1:3", "::1:4"), Tcp("::1:4", "::1:3"));
        Assert.Equal(new InetFit(4, 1, 0), Fit(SameAddress, keep: false));
        Assert.Equal([false, true, true, true, true], Read().Select(socket => socket.IsConnection));
    }

    [Theory]
    [InlineData("127.0.0.1:1", "127.0.0.1:2")]
    [InlineData("10.1.0.5:1", "10.1.0.5:2")]
    public void A_connection_in_the_pod_with_a_process_that_is_not_restored_with_it_is_closed(string source, string destination)
    {
        Write(Tcp(source, destination));
        Assert.Equal(new InetFit(0, 1, 0), Fit(SameAddress));
        Write(Tcp(source, destination), Tcp(destination, source));
        Assert.Equal(new InetFit(2, 0, 0), Fit(SameAddress));
    }

    [Theory]
    [InlineData("10.1.0.5:8080", "10.1.0.6:8080")]
    [InlineData("fd00::5:8080", "fd00::6:8080")]
    [InlineData("0.0.0.0:8080", "0.0.0.0:8080")]
    [InlineData(":::8080", ":::8080")]
    [InlineData("127.0.0.1:8080", "127.0.0.1:8080")]
    [InlineData("224.0.0.251:5353", "224.0.0.251:5353")]
    [InlineData("10.1.0.6:8080", "10.1.0.6:8080")]
    public void What_is_bound_to_the_old_address_gets_the_new_one(string before, string after)
    {
        Write(Tcp(before, "0.0.0.0:0"), Udp(before, "10.1.0.9:53"));
        Assert.Equal(new InetFit(0, 0, before == after ? 0 : 2), Fit(OtherAddress));
        Assert.Equal([End(after), End(after)], Read().Select(socket => socket.Source));
        Assert.Equal(End("10.1.0.9:53"), Read()[1].Destination);
    }

    [Fact]
    public void Without_addresses_nothing_is_moved_and_the_image_stays_as_it_is()
    {
        byte[] image = Write(Tcp("10.1.0.5:8080", "0.0.0.0:0"), [0x08, 0x01]);
        Assert.Equal(new InetFit(0, 0, 0), Fit([]));
        Assert.Equal(image, File.ReadAllBytes(Image));
    }

    [Theory]
    [InlineData("05000000 0a")]
    [InlineData("ffffffff 0a")]
    [InlineData("02000000 0aff")]
    [InlineData("02000000 80 80")]
    [InlineData("01000000 07")]
    [InlineData("0300")]
    public void A_damaged_image_is_refused(string entries)
    {
        Write();
        File.AppendAllBytes(Image, Convert.FromHexString(entries.Replace(" ", "", StringComparison.Ordinal)));
        Assert.Throws<InvalidDataException>(() => Fit(SameAddress));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private string Image => Path.Combine(_folder.FullName, "checkpoint", "files.img");

    private InetFit Fit(IPAddress[] here, bool keep = true)
    {
        using RootDirectory images = RootDirectory.Open(_folder.FullName);
        return InetSockets.Fit(images, here, keep);
    }

    private InetSocket[] Read() => [.. ReadEntries().Select(entry => InetSocket.Read(entry.Message(4)!)!)];

    private List<WireMessage> ReadEntries()
    {
        byte[] image = File.ReadAllBytes(Image);
        var entries = new List<WireMessage>();
        for (int at = 8; at < image.Length; at += 4 + BitConverter.ToInt32(image, at))
            entries.Add(new WireMessage(image.AsMemory(at + 4, BitConverter.ToInt32(image, at))));
        return entries;
    }

    private byte[] Write(params byte[][] entries)
    {
        _folder.CreateSubdirectory("checkpoint");
        byte[] image = [0x19, 0x43, 0x56, 0x54, 0x29, 0x30, 0x30, 0x56, .. entries.SelectMany(entry => (byte[])[.. BitConverter.GetBytes(entry.Length), .. entry])];
        File.WriteAllBytes(Image, image);
        return image;
    }

    private static byte[] Tcp(string source, string destination) => Socket(ProtocolType.Tcp, Raw(source), Raw(destination));

    private static byte[] Udp(string source, string destination) => Socket(ProtocolType.Udp, Raw(source), Raw(destination));

    private static byte[] Socket(ProtocolType protocol, IPEndPoint source, IPEndPoint destination)
    {
        var socket = new WireMessage(Array.Empty<byte>());
        foreach ((ulong field, ulong value) in new (ulong, ulong)[]
            { (1, 5), (2, 6), (3, 2), (4, 1), (5, (ulong)protocol), (6, 1), (7, (ulong)source.Port), (8, (ulong)destination.Port), (9, 0), (10, 0), (77, 99) })
        {
            socket.Set(field, value);
        }
        socket.Set(11, Words(source.Address));
        socket.Set(12, Words(destination.Address));
        var entry = new WireMessage(Array.Empty<byte>());
        entry.Set(1, 3);
        entry.Set(2, 5);
        entry.Set(4, socket);
        return entry.ToArray();
    }

    private static IEnumerable<ulong> Words(IPAddress address) => address.GetAddressBytes().Chunk(4).Select(word => (ulong)BitConverter.ToUInt32(word));

    private static IPEndPoint Raw(string text) => new(IPAddress.Parse(text[..text.LastIndexOf(':')]), int.Parse(text[(text.LastIndexOf(':') + 1)..], null));

    private static IPEndPoint End(string text) => Raw(text) is { Address.IsIPv4MappedToIPv6: true } mapped ? new(mapped.Address.MapToIPv4(), mapped.Port) : Raw(text);

    private static IPAddress[] Addresses(string addresses) => [.. addresses.Split(' ').Select(IPAddress.Parse)];
}
