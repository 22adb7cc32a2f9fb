using System.Text;
using CheckpointOperator.Core.Criu;
using CheckpointOperator.Core.Criu.Protos;
using CheckpointOperator.Fuzz.Targets;
using Google.Protobuf;

namespace CheckpointOperator.Fuzz.Seeds;

/// <summary>CRIU's images, as <see cref="CriuInput"/> has them.</summary>
internal static class CriuSeeds
{
    private const uint PageSize = 4096;
    private const ulong Address = 0x7f00_0000_0000;

    // Common magic, pstree's magic (criu/include/magic.h), then entries: length, protobuf message (pid 1, ppid 0, pgid 1, sid 1, threads 1).
    internal static byte[] Tree { get; } =
    [
        0x19, 0x43, 0x56, 0x54, 0x30, 0x30, 0x27, 0x50,
        10, 0, 0, 0, 0x08, 1, 0x10, 0, 0x18, 1, 0x20, 1, 0x28, 1,
        10, 0, 0, 0, 0x08, 7, 0x10, 1, 0x18, 7, 0x20, 1, 0x28, 7,
    ];

    internal static IEnumerable<(string Name, byte[] Content)> Create()
    {
        yield return ("criu/all", Process().ToArray((byte)(CriuParts.AllButEnvironment | CriuParts.Environment)));
        yield return ("criu/pages-last", Process().ToArray((byte)((CriuParts.AllButEnvironment | CriuParts.Environment) & ~CriuParts.CommandLines)));
        yield return ("criu/search", Process().ToArray(CriuTarget.Search));
        yield return ("criu/files", Files(Process()).ToArray((byte)(CriuParts.Files | CriuParts.Sockets)));
        yield return ("criu/none", Process().ToArray(0));
    }

    private static Records Process() => new Records()
        .Add(ImageMagic.Inventory, new InventoryEntry { ImgVersion = 2 })
        .Add(ImageMagic.PsTree, new PstreeEntry { Pid = 1, Pgid = 1, Sid = 1, Threads = { 1, 7 } })
        .Add(ImageMagic.Files, new FileEntry { Type = 1, Id = 1, Reg = new RegFileEntry { Name = Bytes("/bin/x"), Flags = 0x8000 } })
        .Add(ImageMagic.Files, new FileEntry { Type = 1, Id = 3, Reg = new RegFileEntry { Name = Bytes("/log"), Flags = 1, Pos = 99 } })
        .Add(ImageMagic.Core, new CoreEntry
        {
            Mtype = 1,
            Tc = new TaskCoreEntry { Comm = Bytes("x"), TaskState = 1 },
            ThreadCore = new ThreadCoreEntry { Creds = new CredsEntry { Uid = 5, Gid = 6 } },
        })
        .Add(ImageMagic.Ids, new TaskKobjIdsEntry { FilesId = 1, MntNsId = 9 })
        .Add(ImageMagic.Fs, new FsEntry { CwdId = 3, RootId = 3 })
        .Add(ImageMagic.FdInfo, new FdinfoEntry { Id = 3, Type = 1, Fd = 4, Flags = 1 })
        .Add(ImageMagic.Mm, new MmEntry
        {
            MmArgStart = Address + 16,
            MmArgEnd = Address + 24,
            MmEnvStart = Address + 24,
            MmEnvEnd = Address + 40,
            ExeFileId = 1,
            MmSavedAuxv = { 6, PageSize, 0, 0 },
        })
        .Add(ImageMagic.Mounts, new MntEntry { MntId = 1, Root = Bytes("/"), Mountpoint = Bytes("/"), Fstype = 17 })
        .Add(ImageMagic.PageMap, new PagemapHead { PagesId = 1 })
        .Add(ImageMagic.PageMap, new PagemapEntry { Vaddr = Address, NrPages = 1, Flags = 4 })
        .Add(ImageMagic.Stats, new StatsEntry { Dump = new DumpStatsEntry { FreezingTime = 1, FrozenTime = 2 } })
        .AddPages([.. new byte[16], .. "x\0-fast\0SECRET=hush\0EMPTY=\0"u8]);

    private static Records Files(Records images) => images
        .Add(ImageMagic.Files, new FileEntry { Id = 4, Isk = new InetSkEntry { Family = 2, SrcAddr = { 1 }, DstAddr = { 2 }, DstPort = 80, State = 1 } })
        .Add(ImageMagic.FdInfo, new FdinfoEntry { Id = 4, Type = (uint)OpenFileKind.InetSocket, Fd = 5 })
        .Add(ImageMagic.Files, new FileEntry { Id = 5, Usk = new UnixSkEntry { Ino = 1, Peer = 2, Name = Bytes("\0abstract") } })
        .Add(ImageMagic.FdInfo, new FdinfoEntry { Id = 5, Type = (uint)OpenFileKind.UnixSocket, Fd = 6 })
        .Add(ImageMagic.Files, new FileEntry { Id = 6, Memfd = new MemfdFileEntry { InodeId = 1 } })
        .Add(ImageMagic.FdInfo, new FdinfoEntry { Id = 6, Type = (uint)OpenFileKind.MemoryFd, Fd = 7 })
        .Add(ImageMagic.MemFd, new MemfdInodeEntry { InodeId = 1, Name = Bytes("m") });

    private static ByteString Bytes(string text) => ByteString.CopyFrom(text, Encoding.Latin1);
}
