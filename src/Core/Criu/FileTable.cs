using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CheckpointOperator.Core.Criu.Protos;
using Google.Protobuf;
using Google.Protobuf.Collections;

namespace CheckpointOperator.Core.Criu;

/// <summary>The open file descriptions of all processes (files.img), by CRIU's ids.</summary>
internal sealed class FileTable
{
    // FD_CLOEXEC
    private const uint CloseOnExec = 1;

    private readonly ArchiveImages _images;
    private readonly Dictionary<uint, FileEntry> _files = [];
    private readonly Dictionary<ulong, string> _memoryFiles = [];

    internal FileTable(ArchiveImages images)
    {
        _images = images;
        foreach (var entry in ImageFile.Read(ImageNames.Files, images.Require(ImageNames.Files), ImageMagic.Files, FileEntry.Parser))
        {
            // A FIFO and a terminal bring a regular file of the same number space along, never of the same number.
            if (!_files.TryAdd(entry.Id, entry))
                throw ImageFile.Refuse(ImageNames.Files, $"file {entry.Id} is there twice");
        }

        if (images.Find(ImageNames.MemFd) is not { } image)
            return;
        foreach (var entry in ImageFile.Read(ImageNames.MemFd, image, ImageMagic.MemFd, MemfdInodeEntry.Parser))
            _memoryFiles[entry.InodeId] = ImageText.Of(entry.Name);
    }

    /// <summary>A regular file's path; null when the id is none's.</summary>
    internal string? Path(uint id) => _files.GetValueOrDefault(id)?.Reg is { } file ? Text(file.Name) : null;

    internal OpenFile File(FdinfoEntry descriptor)
    {
        var file = Find(descriptor);
        return new OpenFile
        {
            Descriptor = descriptor.Fd,
            Kind = descriptor.Type is > 0 and <= (uint)OpenFileKind.PidFd ? (OpenFileKind)descriptor.Type : OpenFileKind.Unknown,
            Id = descriptor.Id,
            Path = Describe((OpenFileKind)descriptor.Type, file),
            Flags = Flags(file),
            Position = file.Reg?.Pos ?? file.Memfd?.Pos,
            CloseOnExec = (descriptor.Flags & CloseOnExec) != 0,
        };
    }

    /// <summary>The socket behind a descriptor; null when it is no socket.</summary>
    internal CheckpointSocket? Socket(FdinfoEntry descriptor)
    {
        var file = Find(descriptor);
        return (OpenFileKind)descriptor.Type switch
        {
            OpenFileKind.InetSocket when file.Isk is { } socket => Inet(descriptor.Fd, socket),
            OpenFileKind.UnixSocket when file.Usk is { } socket => new CheckpointSocket
            {
                Descriptor = descriptor.Fd,
                Family = SocketFamily.Unix,
                Type = (SocketType)socket.Type,
                Protocol = 0,
                State = State(socket.State),
                Name = SocketName(socket.Name),
                Inode = socket.Ino,
                PeerInode = socket.Peer == 0 ? null : socket.Peer,
                SendBuffer = socket.Opts?.SoSndbuf,
                ReceiveBuffer = socket.Opts?.SoRcvbuf,
            },
            OpenFileKind.NetlinkSocket when file.Nlsk is { } socket => new CheckpointSocket
            {
                Descriptor = descriptor.Fd,
                Family = SocketFamily.Netlink,
                Protocol = socket.Protocol,
                State = State(socket.State),
                LocalPort = socket.Portid,
                Inode = socket.Ino,
                SendBuffer = socket.Opts?.SoSndbuf,
                ReceiveBuffer = socket.Opts?.SoRcvbuf,
            },
            OpenFileKind.PacketSocket when file.Psk is { } socket => new CheckpointSocket
            {
                Descriptor = descriptor.Fd,
                Family = SocketFamily.Packet,
                Type = (SocketType)socket.Type,
                Protocol = socket.Protocol,
                SendBuffer = socket.Opts?.SoSndbuf,
                ReceiveBuffer = socket.Opts?.SoRcvbuf,
            },
            _ => null,
        };
    }

    private FileEntry Find(FdinfoEntry descriptor) => _files.GetValueOrDefault(descriptor.Id)
        ?? throw ImageFile.Refuse(ImageNames.Files, $"file {descriptor.Id}, which descriptor {descriptor.Fd} has open, is not in it");

    private static CheckpointSocket Inet(uint descriptor, InetSkEntry socket)
    {
        var isConnected = socket.DstPort != 0;
        return new CheckpointSocket
        {
            Descriptor = descriptor,
            Family = socket.Family == (uint)SocketFamily.Inet6 ? SocketFamily.Inet6 : SocketFamily.Inet,
            Type = (SocketType)socket.Type,
            Protocol = socket.Proto,
            State = State(socket.State),
            LocalAddress = Address(socket.SrcAddr),
            LocalPort = socket.SrcPort,
            RemoteAddress = isConnected ? Address(socket.DstAddr) : null,
            RemotePort = isConnected ? socket.DstPort : null,
            Inode = socket.Ino,
            SendBuffer = socket.Opts?.SoSndbuf,
            ReceiveBuffer = socket.Opts?.SoRcvbuf,
        };
    }

    private static SocketState? State(uint state) => state is >= (uint)SocketState.Established and <= (uint)SocketState.Closing ? (SocketState)state : null;

    // The words are the machine's own copies of the address: little endian on all machines that CRIU runs on but s390x.
    private static string Address(RepeatedField<uint> words)
    {
        if (words.Count is not (1 or 4))
            throw ImageFile.Refuse(ImageNames.Files, $"an address has {words.Count} words");
        var bytes = new byte[words.Count * sizeof(uint)];
        for (var i = 0; i < words.Count; i++)
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * sizeof(uint)), words[i]);
        return new IPAddress(bytes).ToString();
    }

    private static uint Flags(FileEntry file) =>
        file.Reg?.Flags ?? file.Isk?.Flags ?? file.Usk?.Flags ?? file.Nlsk?.Flags ?? file.Psk?.Flags ?? file.Pipe?.Flags ?? file.Tty?.Flags ?? file.Memfd?.Flags
        ?? file.Nsf?.Flags ?? (file.Efd ?? file.Epfd ?? file.Sgfd ?? file.Tfd ?? file.Ify ?? file.Ffy)?.Flags ?? 0;

    private string? Describe(OpenFileKind kind, FileEntry file) => kind switch
    {
        OpenFileKind.Regular when file.Reg is { } regular => Text(regular.Name),
        OpenFileKind.Pipe when file.Pipe is { } pipe => Number("pipe", pipe.PipeId),
        OpenFileKind.Fifo when file.Fifo is { HasRegfId: true } fifo => Path(fifo.RegfId),
        OpenFileKind.Terminal when file.Tty is { HasRegfId: true } terminal => Path(terminal.RegfId),
        OpenFileKind.InetSocket when file.Isk is { } socket => Number("socket", socket.Ino),
        OpenFileKind.UnixSocket when file.Usk is { } socket => Number("socket", socket.Ino),
        OpenFileKind.NetlinkSocket when file.Nlsk is { } socket => Number("socket", socket.Ino),
        OpenFileKind.MemoryFd when file.Memfd is { } memory && _memoryFiles.TryGetValue(memory.InodeId, out var name) => MemoryFile(name),
        OpenFileKind.EventFd => "anon_inode:[eventfd]",
        OpenFileKind.EventPoll => "anon_inode:[eventpoll]",
        OpenFileKind.SignalFd => "anon_inode:[signalfd]",
        OpenFileKind.TimerFd => "anon_inode:[timerfd]",
        OpenFileKind.Inotify => "anon_inode:inotify",
        OpenFileKind.Fanotify => "anon_inode:[fanotify]",
        OpenFileKind.BpfMap => "anon_inode:bpf-map",
        OpenFileKind.PidFd => "anon_inode:[pidfd]",
        _ => null,
    };

    // One name may be told very many times: of every process, of every descriptor.
    private string Text(ByteString name)
    {
        _images.Spend(name.Length, ImageNames.Files);
        return ImageText.Of(name);
    }

    private string MemoryFile(string name)
    {
        _images.Spend(name.Length, ImageNames.MemFd);
        return $"/memfd:{name} (deleted)";
    }

    private string? SocketName(ByteString name)
    {
        _images.Spend(name.Length, ImageNames.Files);
        return ImageText.SocketName(name);
    }

    private static string Number(string kind, uint number) => string.Create(CultureInfo.InvariantCulture, $"{kind}:[{number}]");
}
