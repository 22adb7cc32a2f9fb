using System.IO.Compression;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;
using CheckpointOperator.Core.Criu.Protos;
using CheckpointOperator.Core.Tests.Support;
using Google.Protobuf;

namespace CheckpointOperator.Core.Tests.Criu;

/// <summary>What CRIU's images say is told, in whatever order and compression they come.</summary>
public sealed class CriuImagesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CheckpointImages _images = CheckpointImages.Whole();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("checkpoint/pages-1.img")]
    [InlineData("checkpoint/pagemap-1.img", "checkpoint/pages-1.img", "checkpoint/mm-1.img")]
    [InlineData("checkpoint/mm-1.img", "checkpoint/pagemap-1.img", "checkpoint/pages-1.img")]
    public void Texts_are_found_wherever_the_pages_stand_among_the_images(params string[] order)
    {
        _images.Order.Clear();
        _images.Order.AddRange(order);
        var process = Assert.Single(_images.Read(_folder, CriuParts.CommandLines | CriuParts.Environment).Processes);
        Assert.Equal(["counter", "--fast"], process.CommandLine);
        Assert.Equal(["SECRET=hush", "EMPTY="], process.Environment);
    }

    [Fact]
    public void A_compressed_archive_tells_the_same_as_a_plain_one()
    {
        File.WriteAllBytes(_folder["plain"], _images.Tar());
        using (var packed = new GZipStream(File.Create(_folder["packed"]), CompressionLevel.Fastest))
            packed.Write(_images.Tar());
        using var plain = CheckpointArchive.Open(_folder["plain"]);
        using var compressed = CheckpointArchive.Open(_folder["packed"]);
        const CriuParts parts = CriuParts.CommandLines | CriuParts.Environment | CriuParts.Files | CriuParts.Memory;
        Assert.Equivalent(plain.ReadProcesses(parts), compressed.ReadProcesses(parts), strict: true);
        Assert.Equal(["counter", "--fast"], compressed.ReadProcesses(parts).Processes[0].CommandLine);
    }

    [Fact]
    public void Of_a_plain_archive_only_the_pages_that_are_needed_are_read()
    {
        const int pages = 32 << 20 >> 12;
        _images.Put("pagemap-1.img", ImageMagic.PageMap, new PagemapHead { PagesId = 1 },
            new PagemapEntry { Vaddr = CheckpointImages.TextAddress - (pages * CheckpointImages.PageSize), NrPages = pages, Flags = 4 },
            new PagemapEntry { Vaddr = CheckpointImages.TextAddress, NrPages = 2, Flags = 4 },
            new PagemapEntry { Vaddr = CheckpointImages.TextAddress + (2 * CheckpointImages.PageSize), NrPages = pages, Flags = 4 });
        var memory = new byte[pages * CheckpointImages.PageSize];
        _images.Raw("pages-1.img", [.. memory, .. _images.Get("pages-1.img"), .. memory]);
        var tar = _images.Tar();
        var streams = new List<CountedStream>();
        using var archive = new CheckpointArchive(() =>
        {
            streams.Add(new CountedStream(tar));
            return streams[^1];
        }, null);
        var process = Assert.Single(archive.ReadProcesses(CriuParts.CommandLines | CriuParts.Environment | CriuParts.Memory).Processes);
        Assert.Equal(["counter", "--fast"], process.CommandLine);
        Assert.Equal(["SECRET=hush", "EMPTY="], process.Environment);
        Assert.Equal(((2ul * pages) + 2) * CheckpointImages.PageSize, process.Memory!.DumpedBytes);
        Assert.InRange(streams.Sum(stream => stream.BytesRead), 1, 1 << 20);
    }

    [Fact]
    public void What_was_not_asked_for_is_not_there()
    {
        var process = Assert.Single(_images.Read(_folder, CriuParts.None).Processes);
        Assert.Equal((1u, "counter", ProcessState.Alive, 5u, 6u), (process.Pid, process.Name, process.State, process.UserId!.Value, process.GroupId!.Value));
        Assert.Equal([1u, 7u], process.Threads);
        Assert.Equal(("/bin/counter", "/", "/"), (process.Executable, process.WorkingDirectory, process.RootDirectory));
        Assert.Null(process.CommandLine);
        Assert.Null(process.Environment);
        Assert.Null(process.Files);
        Assert.Null(process.Sockets);
        Assert.Null(process.Memory);
        Assert.Null(_images.Read(_folder).Processes[0].Environment);
    }

    [Fact]
    public void A_title_that_a_process_wrote_over_its_arguments_is_told_as_the_kernel_does()
    {
        _images.PutText("counter: wait", "ing for work\0SECRET=hush\0");
        var process = _images.Read(_folder, CriuParts.CommandLines).Processes[0];
        Assert.Equal(["counter: waiting for work"], process.CommandLine);
    }

    [Fact]
    public void Memory_that_no_page_covers_is_zero()
    {
        _images.Put("pagemap-1.img", ImageMagic.PageMap, new PagemapHead { PagesId = 1 },
            new PagemapEntry { Vaddr = CheckpointImages.TextAddress, NrPages = 1, Flags = 4 });
        var process = _images.Read(_folder, CriuParts.CommandLines | CriuParts.Environment).Processes[0];
        Assert.Equal(["counter", "--fast"], process.CommandLine);
        Assert.Equal("SECRET=hush\0EMPTY=\0".Length, process.Environment!.Count);
        Assert.All(process.Environment, Assert.Empty);
    }

    [Theory]
    [InlineData(1u)]
    [InlineData(2u)]
    public void Memory_that_the_archive_does_not_hold_is_not_made_up(uint flags)
    {
        _images.Put("pagemap-1.img", ImageMagic.PageMap, new PagemapHead { PagesId = 1 },
            new PagemapEntry { Vaddr = CheckpointImages.TextAddress, NrPages = 1, Flags = flags },
            new PagemapEntry { Vaddr = CheckpointImages.TextAddress + CheckpointImages.PageSize, NrPages = 1, Flags = 4 });
        _images.Raw("pages-1.img", [.. _images.Get("pages-1.img").AsSpan((int)CheckpointImages.PageSize)]);
        var process = _images.Read(_folder, CriuParts.CommandLines | CriuParts.Environment | CriuParts.Memory).Processes[0];
        Assert.Null(process.CommandLine);
        Assert.Equal(["SECRET=hush", "EMPTY="], process.Environment);
        Assert.Equal(flags == 1 ? CheckpointImages.PageSize : 0, process.Memory!.ParentBytes);
        Assert.Equal(2 * CheckpointImages.PageSize, process.Memory.DumpedBytes);
    }

    [Fact]
    public void Page_maps_of_older_CRIUs_have_no_flags_and_another_count()
    {
        _images.Put("pagemap-1.img", ImageMagic.PageMap, new PagemapHead { PagesId = 1 },
            new PagemapEntry { Vaddr = CheckpointImages.TextAddress - CheckpointImages.PageSize, CompatNrPages = 1, InParent = true },
            new PagemapEntry { Vaddr = CheckpointImages.TextAddress, CompatNrPages = 2 });
        var process = _images.Read(_folder, CriuParts.CommandLines).Processes[0];
        Assert.Equal(["counter", "--fast"], process.CommandLine);
    }

    [Fact]
    public void Pages_of_another_size_are_told_by_the_auxiliary_vector()
    {
        const uint large = 65536;
        var memory = CheckpointImages.Memory(0x40000, 0x40005, 0x40005);
        memory.MmSavedAuxv[3] = large;
        _images.Put("mm-1.img", ImageMagic.Mm, memory);
        _images.Put("pagemap-1.img", ImageMagic.PageMap, new PagemapHead { PagesId = 1 },
            new PagemapEntry { Vaddr = large, NrPages = 1, Flags = 4 }, new PagemapEntry { Vaddr = 4 * large, NrPages = 1, Flags = 4 });
        var pages = new byte[2 * large];
        "large"u8.CopyTo(pages.AsSpan((int)large));
        _images.Raw("pages-1.img", pages);
        var process = _images.Read(_folder, CriuParts.CommandLines | CriuParts.Memory).Processes[0];
        Assert.Equal(["large"], process.CommandLine);
        Assert.Equal(2 * large, process.Memory!.DumpedBytes);
    }

    [Fact]
    public void Areas_are_added_up_by_kind()
    {
        var memory = CheckpointImages.Memory(0, 0, 0).ToByteArray();
        _images.Raw("mm-1.img", CheckpointImages.Image(ImageMagic.Mm,
            [.. memory, .. Area(0x1000, 0x3000, 2, 1 | (1 << 9)), .. Area(0x3000, 0x4000, 2, 1 | (1 << 6)), .. Area(0x5000, 0x9000, 1, 1 | (1 << 7)),
                .. Area(0xffffffffff600000, 0xffffffffff601000, 2, 1 << 2)]));
        var told = _images.Read(_folder, CriuParts.Memory).Processes[0].Memory!;
        Assert.Equal((0x7000u, 0x2000u, 0x1000u, 0x4000u), (told.MappedBytes, told.AnonymousBytes, told.PrivateFileBytes, told.SharedBytes));
    }

    [Fact]
    public void A_process_that_has_ended_has_no_memory_or_files()
    {
        _images.Put("pstree.img", ImageMagic.PsTree, new PstreeEntry { Pid = 1 }, new PstreeEntry { Pid = 2, Ppid = 1 });
        _images.Put("core-2.img", ImageMagic.Core, new CoreEntry { Tc = new TaskCoreEntry { TaskState = 6, Comm = CheckpointImages.Bytes("gone") } });
        var zombie = _images.Read(_folder).Processes[1];
        Assert.Equal((ProcessState.Zombie, "gone", 1u), (zombie.State, zombie.Name, zombie.ParentPid));
        Assert.Null(zombie.UserId);
        Assert.Null(zombie.Files);
    }

    [Fact]
    public void Sockets_tell_their_two_ends()
    {
        _images.Put("files.img", ImageMagic.Files,
            new FileEntry { Type = 4, Id = 1, Isk = Inet(2, 6, 1, [0x0100007f], 80, [0x0200000a], 4000) },
            new FileEntry { Type = 4, Id = 2, Isk = Inet(10, 17, 7, [0, 0, 0, 0x01000000], 53, [0, 0, 0, 0], 0) },
            new FileEntry { Type = 5, Id = 3, Usk = new UnixSkEntry { Ino = 7, Type = 1, State = 10, Name = CheckpointImages.Bytes("/run/x\0") } },
            new FileEntry { Type = 5, Id = 4, Usk = new UnixSkEntry { Ino = 8, Type = 2, State = 7, Peer = 9, Name = CheckpointImages.Bytes("\0a\0b") } },
            new FileEntry { Type = 13, Id = 5, Nlsk = new NetlinkSkEntry { Ino = 10, Protocol = 15, Portid = 77 } },
            new FileEntry { Type = 10, Id = 6, Psk = new PacketSockEntry { Type = 3, Protocol = 0x0800 } },
            new FileEntry { Type = 6, Id = 7, Efd = new FlagsAtTwo { Flags = 2 } });
        uint[] types = [4, 4, 5, 5, 13, 10, 6];
        _images.Put("fdinfo-1.img", ImageMagic.FdInfo, [.. types.Select((type, i) => new FdinfoEntry { Id = (uint)i + 1, Type = type, Fd = 10 - (uint)i })]);
        var process = _images.Read(_folder, CriuParts.Sockets | CriuParts.Files).Processes[0];

        Assert.Equal([4u, 5u, 6u, 7u, 8u, 9u, 10u], process.Files!.Select(file => file.Descriptor));
        Assert.Equal(("anon_inode:[eventfd]", 2u), (process.Files![0].Path, process.Files[0].Flags));
        var sockets = process.Sockets!.ToDictionary(socket => socket.Descriptor);
        Assert.Equal(6, sockets.Count);
        Assert.Equal(("127.0.0.1", 80u, "10.0.0.2", 4000u, SocketState.Established), (sockets[10].LocalAddress, sockets[10].LocalPort, sockets[10].RemoteAddress, sockets[10].RemotePort, sockets[10].State));
        Assert.Equal(("::1", 53u, null, null, SocketState.Close), (sockets[9].LocalAddress, sockets[9].LocalPort, sockets[9].RemoteAddress, sockets[9].RemotePort, sockets[9].State));
        Assert.Equal(("/run/x", SocketState.Listen, null), (sockets[8].Name, sockets[8].State, sockets[8].PeerInode));
        Assert.Equal(("@a@b", 9u), (sockets[7].Name, sockets[7].PeerInode));
        Assert.Equal((SocketFamily.Netlink, 15u, 77u), (sockets[6].Family, sockets[6].Protocol, sockets[6].LocalPort));
        Assert.Equal((SocketFamily.Packet, 0x0800u), (sockets[5].Family, sockets[5].Protocol));
    }

    [Fact]
    public void Mounts_and_statistics_are_told()
    {
        _images.Put("mountpoints-9.img", ImageMagic.Mounts,
            new MntEntry { MntId = 7, ParentMntId = 1, Fstype = 5, Mountpoint = CheckpointImages.Bytes("/tmp"), Root = CheckpointImages.Bytes("/"), Source = CheckpointImages.Bytes("none"), Options = CheckpointImages.Bytes("size=1k"), Flags = 2 });
        _images.Put("stats-dump", ImageMagic.Stats, new StatsEntry { Dump = new DumpStatsEntry { FrozenTime = 12, PagesWritten = 13, ShpagesWritten = 14 } });
        _images.Put("stats-restore", ImageMagic.Stats, new StatsEntry { Restore = new RestoreStatsEntry { RestoreTime = 15 } });
        var checkpoint = _images.Read(_folder, CriuParts.Mounts | CriuParts.Statistics);
        var mount = Assert.Single(checkpoint.Mounts!);
        Assert.Equal((7u, 1u, "tmpfs", "/tmp", "/", "none", "size=1k", 2u), (mount.Id, mount.ParentId, mount.FileSystem, mount.MountPoint, mount.Root, mount.Source, mount.Options, mount.Flags));
        Assert.Equal((12u, 13u, 14u), (checkpoint.Dump!.FrozenMicroseconds, checkpoint.Dump.PagesWritten, checkpoint.Dump.SharedPagesWritten));
        Assert.Equal(15u, checkpoint.Restore!.RestoreMicroseconds);
        Assert.Null(_images.Read(_folder, CriuParts.None).Mounts);
    }

    private static byte[] Area(ulong start, ulong end, uint flags, uint status)
    {
        var area = new VmaEntry { Start = start, End = end, Flags = flags, Status = status }.ToByteArray();
        return [0x72, (byte)area.Length, .. area];
    }

    private static InetSkEntry Inet(uint family, uint protocol, uint state, uint[] local, uint localPort, uint[] remote, uint remotePort) => new()
    {
        Family = family,
        Type = protocol == 6 ? 1u : 2u,
        Proto = protocol,
        State = state,
        SrcAddr = { local },
        SrcPort = localPort,
        DstAddr = { remote },
        DstPort = remotePort,
    };
}
