using CheckpointOperator.Core.Criu;
using CheckpointOperator.Core.Criu.Protos;
using CheckpointOperator.Core.Tests.Criu;
using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>
/// CRIU's images with paths of the host, or with damage. An import carries them as they are: what they mean is CRIU's to decide, in the container's
/// namespaces. Who shows what they say opens nothing that they name.
/// </summary>
internal static class CriuImages
{
    private const Operation Show = Operation.ReadProcesses;

    internal static IEnumerable<AttackCase> Cases =>
    [
        Claim("an external mount of the host", static (images, scene) => PutMounts(images, new MntEntry { Fstype = 0, MntId = 1, ParentMntId = 0, Root = CheckpointImages.Bytes("/../../../etc"), Mountpoint = CheckpointImages.Bytes("/../" + scene.Outside), Source = CheckpointImages.Bytes(scene.Outside), ExtKey = CheckpointImages.Bytes("external") })),
        Claim("a mount that is its own parent", static (images, _) => PutMounts(images, new MntEntry { MntId = 1, ParentMntId = 1, Root = CheckpointImages.Bytes("/"), Mountpoint = CheckpointImages.Bytes("/"), Source = CheckpointImages.Bytes("x") })),
        Claim("a file of the host", static (images, scene) => images.Put("files.img", ImageMagic.Files,
            new FileEntry { Type = 1, Id = 1, Reg = new RegFileEntry { Name = CheckpointImages.Bytes(scene.Outside + "/secret") } },
            new FileEntry { Type = 1, Id = 2, Reg = new RegFileEntry { Name = CheckpointImages.Bytes("/../../../.." + scene.Outside) } },
            new FileEntry { Type = 1, Id = 3, Reg = new RegFileEntry { Name = CheckpointImages.Bytes("/proc/1/root/etc/shadow"), Flags = 2 } })),
        Claim("an inherited descriptor", static (images, _) => images.Put("files.img", ImageMagic.Files, Files("inherit[3]"))),
        Claim("a name that clears the screen", static (images, _) => images.Put("files.img", ImageMagic.Files, Files("/\u001b[2J\u001b]0;evil\a\r\n"))),
        Claim("a process whose name clears the screen", static (images, _) => images.Process(1, "\u001b[2J\n")),
        Claim("an argument that is none", static (images, _) => images.PutText("\u001b[31m\0\n\0", "SECRET=hush\0")),
        Damage("a length that is not there", "pstree.img", [0x19, 0x43, 0x56, 0x54, 0x30, 0x30, 0x27, 0x50, 0xff, 0xff, 0xff, 0x00, 1]),
        Damage("a negative length", "pstree.img", [0x19, 0x43, 0x56, 0x54, 0x30, 0x30, 0x27, 0x50, 0xff, 0xff, 0xff, 0xff, 1]),
        Damage("half a length", "pstree.img", [0x19, 0x43, 0x56, 0x54, 0x30, 0x30, 0x27, 0x50, 1, 0]),
        Damage("no magic number", "pstree.img", [1, 2]),
        Damage("another image's magic number", "pstree.img", CheckpointImages.Image(ImageMagic.Files)),
        Damage("nothing", "files.img", []),
        Damage("messages in messages without end", "files.img", CheckpointImages.Image(ImageMagic.Files, Nested())),
        Damage("a number of ten bytes and more", "core-1.img", CheckpointImages.Image(ImageMagic.Core, [8, .. Enumerable.Repeat((byte)0xff, 12)])),
        Damage("a text that ends behind the message", "fs-1.img", CheckpointImages.Image(ImageMagic.Fs, [0x0a, 0xff, 0xff, 0xff, 0xff, 0x07])),
        Spoiled("two processes of one number", static (images, _) => images.Put("pstree.img", ImageMagic.PsTree, new PstreeEntry { Pid = 1 }, new PstreeEntry { Pid = 1 })),
        Spoiled("processes that are each other's parents", static (images, _) =>
        {
            images.Put("pstree.img", ImageMagic.PsTree, new PstreeEntry { Pid = 1, Ppid = 2 }, new PstreeEntry { Pid = 2, Ppid = 1 });
            images.Process(2);
        }),
        Spoiled("pages beyond all memory", static (images, _) => images.Put("pagemap-1.img", ImageMagic.PageMap, new PagemapHead { PagesId = 1 }, new PagemapEntry { Vaddr = ulong.MaxValue - 4095, NrPages = ulong.MaxValue, Flags = 4 })),
        Spoiled("pages that are not there", static (images, _) => images.Put("pagemap-1.img", ImageMagic.PageMap, new PagemapHead { PagesId = 1 }, new PagemapEntry { Vaddr = CheckpointImages.TextAddress, NrPages = 1 << 30, Flags = 4 })),
        Spoiled("arguments of terabytes", static (images, _) => images.Put("mm-1.img", ImageMagic.Mm, CheckpointImages.Memory(CheckpointImages.TextAddress, CheckpointImages.TextAddress + (1UL << 42), CheckpointImages.TextAddress + (1UL << 42)))),
        Spoiled("arguments that end before they begin", static (images, _) => images.Put("mm-1.img", ImageMagic.Mm, CheckpointImages.Memory(CheckpointImages.TextAddress, 5, 1))),

        Honest("a whole process").Whole(static scene => Tar(static (_, _) => { }, scene)).Accepted(Operation.Read | Show | Operation.SearchMemory),
        Honest("a file that the container deleted").Whole(static scene => Tar(static (images, _) => images.Put("files.img", ImageMagic.Files, Files("/tmp/x (deleted)")), scene)).Accepted(Operation.Read | Show),
        Honest("no processes").Entries(static tar => tar.Folder("checkpoint")).Accepted().Leaves("checkpoint"),
    ];

    // The whole process has descriptors 1 to 3.
    private static FileEntry[] Files(string name) =>
        [.. Enumerable.Range(1, 3).Select(id => new FileEntry { Type = 1, Id = (uint)id, Reg = new RegFileEntry { Name = CheckpointImages.Bytes(name) } })];

    private static void PutMounts(CheckpointImages images, params MntEntry[] mounts) => images.Put("mountpoints-9.img", ImageMagic.Mounts, mounts);

    private static byte[] Nested()
    {
        var message = new List<byte>();
        for (var i = 0; i < 5000; i++)
            message.InsertRange(0, [0x12, .. Length(message.Count)]);
        return [.. message];

        static byte[] Length(int count) => count < 128 ? [(byte)count] : [(byte)(count | 0x80), .. Length(count >> 7)];
    }

    private static MntEntry RootMount => new() { MntId = 1, Root = CheckpointImages.Bytes("/"), Mountpoint = CheckpointImages.Bytes("/"), Source = CheckpointImages.Bytes("overlay") };

    private static byte[] Tar(Action<CheckpointImages, Scene> spoil, Scene scene)
    {
        var images = CheckpointImages.Whole();
        PutMounts(images, RootMount);
        spoil(images, scene);
        return images.Tar();
    }

    private static AttackCase Claim(string name, Action<CheckpointImages, Scene> spoil) =>
        Attack(name).Whole(scene => Tar(spoil, scene)).Accepted(Operation.Read | Show).Leaves("checkpoint/pages-1.img");

    private static AttackCase Damage(string name, string image, byte[] content) =>
        Attack(name).Whole(scene => Tar((images, _) => images.Raw(image, content), scene)).Refused(InvalidCriuImage, Show | Counted(image)).Accepted(Operation.Read & ~Counted(image)).Leaves($"checkpoint/{image}");

    // A summary counts the processes.
    private static Operation Counted(string image) => image == "pstree.img" ? Operation.Inspect : Operation.None;

    private static AttackCase Spoiled(string name, Action<CheckpointImages, Scene> spoil) =>
        Attack(name).Whole(scene => Tar(spoil, scene)).Accepted(Operation.Read);

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.CriuImages, name);

    private static AttackCase Honest(string name) => AttackCase.Honest(AttackClass.CriuImages, name);
}
