using System.Buffers.Binary;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;
using CheckpointOperator.Core.Criu.Protos;
using CheckpointOperator.Core.Tests.Support;
using Google.Protobuf;

namespace CheckpointOperator.Core.Tests.Criu;

/// <summary>Makes checkpoints image by image: whole ones, which a test then spoils.</summary>
internal sealed class CheckpointImages
{
    internal const uint PageSize = 4096;
    internal const ulong TextAddress = 0x7f00_0000_0000;

    private const uint CommonMagic = 0x54564319;
    private const uint ServiceMagic = 0x55105940;

    private readonly Dictionary<string, byte[]> _images = new(StringComparer.Ordinal);

    /// <summary>The order of the entries; by default pages stand before what tells where to look in them, as podman writes them.</summary>
    internal List<string> Order { get; } = ["checkpoint/pages-1.img"];

    /// <summary>A process, pid 1, with a command line and an environment of a page each.</summary>
    internal static CheckpointImages Whole()
    {
        var images = new CheckpointImages();
        images.Put("inventory.img", ImageMagic.Inventory, new InventoryEntry { ImgVersion = 2 });
        images.Put("pstree.img", ImageMagic.PsTree, new PstreeEntry { Pid = 1, Pgid = 1, Sid = 1, Threads = { 1, 7 } });
        images.Put("files.img", ImageMagic.Files,
            new FileEntry { Type = 1, Id = 1, Reg = new RegFileEntry { Name = Bytes("/bin/counter"), Flags = 0x8000 } },
            new FileEntry { Type = 1, Id = 2, Reg = new RegFileEntry { Name = Bytes("/"), Flags = 0x10000 } },
            new FileEntry { Type = 1, Id = 3, Reg = new RegFileEntry { Name = Bytes("/var/log/x"), Flags = 1, Pos = 99 } });
        images.Process(1);
        images.PutText("counter\0--fast\0", "SECRET=hush\0EMPTY=\0");
        return images;
    }

    internal static ByteString Bytes(string text) => ByteString.CopyFrom(text, System.Text.Encoding.Latin1);

    internal void Process(uint pid, string name = "counter", uint state = 1)
    {
        Put($"core-{pid}.img", ImageMagic.Core, new CoreEntry
        {
            Mtype = 1,
            Tc = new TaskCoreEntry { Comm = Bytes(name), TaskState = state },
            ThreadCore = new ThreadCoreEntry { Creds = new CredsEntry { Uid = 5, Gid = 6 } },
        });
        Put($"ids-{pid}.img", ImageMagic.Ids, new TaskKobjIdsEntry { FilesId = pid, MntNsId = 9 });
        Put($"fs-{pid}.img", ImageMagic.Fs, new FsEntry { CwdId = 2, RootId = 2 });
        Put($"fdinfo-{pid}.img", ImageMagic.FdInfo, new FdinfoEntry { Id = 3, Type = 1, Fd = 4, Flags = 1 });
    }

    /// <summary>Arguments and environment, one behind the other, the arguments at the end of one page and the environment in the next ones.</summary>
    internal void PutText(string arguments, string environment)
    {
        byte[] texts = [.. System.Text.Encoding.Latin1.GetBytes(arguments), .. System.Text.Encoding.Latin1.GetBytes(environment)];
        var start = TextAddress + PageSize - (ulong)arguments.Length;
        var pages = new byte[(PageSize + (uint)environment.Length + PageSize - 1) / PageSize * PageSize];
        texts.CopyTo(pages, (int)(PageSize - (uint)arguments.Length));
        Put("mm-1.img", ImageMagic.Mm, Memory(start, start + (ulong)arguments.Length, start + (ulong)texts.Length));
        Put("pagemap-1.img", ImageMagic.PageMap, new PagemapHead { PagesId = 1 },
            new PagemapEntry { Vaddr = TextAddress, NrPages = (ulong)pages.Length / PageSize, Flags = 4 });
        Raw("pages-1.img", pages);
    }

    internal static MmEntry Memory(ulong argumentsStart, ulong argumentsEnd, ulong environmentEnd) => new()
    {
        MmArgStart = argumentsStart,
        MmArgEnd = argumentsEnd,
        MmEnvStart = argumentsEnd,
        MmEnvEnd = environmentEnd,
        ExeFileId = 1,
        MmSavedAuxv = { 33, 0x7fff, 6, PageSize, 0, 0 },
    };

    internal void Put(string name, ImageMagic magic, params IMessage[] entries) => Raw(name, Image(magic, [.. entries.Select(entry => entry.ToByteArray())]));

    internal void Raw(string name, byte[] content) => _images[name is "stats-dump" or "stats-restore" ? name : $"checkpoint/{name}"] = content;

    internal byte[] Get(string name) => _images[$"checkpoint/{name}"];

    internal void Remove(string name) => _images.Remove($"checkpoint/{name}");

    internal static byte[] Image(ImageMagic magic, params byte[][] entries)
    {
        var image = new List<byte>();
        if (magic != ImageMagic.Inventory)
            Add(magic == ImageMagic.Stats ? ServiceMagic : CommonMagic);
        Add((uint)magic);
        foreach (var entry in entries)
        {
            Add((uint)entry.Length);
            image.AddRange(entry);
        }

        return [.. image];

        void Add(uint number)
        {
            var bytes = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
            image.AddRange(bytes);
        }
    }

    /// <summary>The archive as a tar.</summary>
    internal byte[] Tar()
    {
        var tar = new HandmadeTar()
            .File("config.dump", """{"id":"0123","name":"counter","runtime":"runc"}""").File("spec.dump", "{}").Folder("checkpoint/");
        foreach (var name in _images.Keys.OrderBy(name => Order.IndexOf(name) is var at and >= 0 ? at : Order.Count))
            tar.Entry(name, '0', _images[name]);
        return tar.Finish();
    }

    internal CriuCheckpoint Read(TemporaryFolder folder, CriuParts parts = CriuParts.AllButEnvironment & ~CriuParts.Mounts, ArchiveLimits? limits = null)
    {
        File.WriteAllBytes(folder["images"], Tar());
        using var archive = CheckpointArchive.Open(folder["images"], limits);
        return archive.ReadProcesses(parts, TestContext.Current.CancellationToken);
    }
}
