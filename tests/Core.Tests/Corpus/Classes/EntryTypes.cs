using CheckpointOperator.Core.Interop;
using static CheckpointOperator.Core.Archives.ArchiveRefusal;

namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>Devices, FIFOs, and kinds of entries that engines do not write.</summary>
internal static class EntryTypes
{
    private const Operation Import = Operation.ImportWithoutConfig;
    private const Operation ImportAndUnpack = Import | Operation.Unpack;

    internal static IEnumerable<AttackCase> Cases =>
    [
        Attack("kernel memory").Entries(tar => tar.Device("mem", 1, 1)).Refused(Device, ImportAndUnpack),
        Attack("kernel log").Entries(tar => tar.Device("kmsg", 1, 11)).Refused(Device, ImportAndUnpack),
        Attack("console").Entries(tar => tar.Device("console", 5, 1)).Refused(Device, ImportAndUnpack),
        Attack("watchdog").Entries(tar => tar.Device("watchdog", 10, 130)).Refused(Device, ImportAndUnpack),
        Attack("fuse").Entries(tar => tar.Device("fuse", 10, 229)).Refused(Device, ImportAndUnpack),
        Attack("disk").Entries(tar => tar.Device("sda", 8, 0, '4')).Refused(Device, ImportAndUnpack),
        Attack("block device of a harmless number").Entries(tar => tar.Device("null", 1, 3, '4')).Refused(Device, ImportAndUnpack),
        Attack("block device 0/0").Entries(tar => tar.Device("x", 0, 0, '4')).Refused(Device, ImportAndUnpack),
        Attack("device whose number is cut to a harmless one").Entries(tar => tar.Device("null", 1, 3).Field(329, Base256(8, 0x1_0000_0001))).Refused(InvalidNumber),
        Attack("device with a large number").Entries(tar => tar.Device("x", 4095, 1048575)).Refused(Device, ImportAndUnpack),
        Attack("device over a file of the root").Entries(tar => tar.Device("file", 1, 1)).Refused(Device, ImportAndUnpack).Leaves("file"),
        Attack("null device in a checkpoint").Entries(tar => tar.Device("null", 1, 3)).Refused(Device, Import | Operation.Extract),
        Attack("FIFO in a checkpoint").Entries(tar => tar.Fifo("pipe")).Refused(UnexpectedType, Import),
        Attack("FIFO as the diff of an unpacked checkpoint").On(scene => Fifo(scene, "rootfs-diff.tar")).Refused(UnexpectedType, Operation.ApplyFile),
        Attack("FIFO as the list of an unpacked checkpoint").On(scene => Fifo(scene, "deleted.files")).Refused(UnexpectedType, Operation.DeleteListed),
        Attack("link as the diff of an unpacked checkpoint").On(scene => Link(scene, "rootfs-diff.tar", "../archive.tar")).Refused(UnexpectedType, Operation.ApplyFile),
        Attack("link as the list of an unpacked checkpoint").On(scene => Link(scene, "deleted.files", "../outside/secret")).Refused(UnexpectedType, Operation.DeleteListed),
        Attack("folder as the diff of an unpacked checkpoint").On(scene => Directory.CreateDirectory(scene.On("checkpoint/rootfs-diff.tar"))).Refused(UnexpectedType, Operation.ApplyFile),
        Attack("continued from another volume").Entries(tar => tar.Entry("x", 'M', [])).Refused(UnsupportedEntry),
        Attack("names of another volume").Entries(tar => tar.Entry("x", 'N', [])).Refused(UnsupportedEntry),
        Attack("incremental folder").Entries(tar => tar.Entry("x", 'D', "Nfile\0\0"u8.ToArray())).Refused(UnsupportedEntry),
        Attack("volume name").Entries(tar => tar.Entry("x", 'V', [])).Refused(UnsupportedEntry),
        Attack("Solaris' extended header").Entries(tar => tar.Entry("x", 'X', [])).Refused(UnsupportedEntry),
        Attack("type that is none").Entries(tar => tar.Entry("x", (char)1, [])).Refused(UnsupportedEntry),
        Attack("global header that renames").Entries(tar => tar.Entry("g", 'g', "21 path=outside/evil\n"u8.ToArray()).File("a")).Refused(UnsupportedEntry),
        Attack("two headers for one entry").Entries(tar => tar.Pax("path=a").Pax("path=b").File("c")).Refused(UnsupportedEntry),

        Honest("devices of every container").Entries(tar => tar.Device("dev/null", 1, 3).Device("dev/zero", 1, 5).Device("dev/full", 1, 7).Device("dev/random", 1, 8).Device("dev/urandom", 1, 9).Device("dev/tty", 5, 0))
            .Accepted(Operation.ApplyDiff | Operation.InspectDiff).Leaves("dev/null", "dev/tty"),
        Honest("FIFO in a diff").Entries(tar => tar.Fifo("run/initctl")).Accepted(Operation.Unpack | Operation.InspectDiff).Leaves("run/initctl"),
        Honest("contiguous file, which is a file").Entries(tar => tar.Entry("x", '7', "x"u8.ToArray())).Accepted().Leaves("x"),
        Honest("file of v7").Entries(tar => tar.Entry("old", '\0', "x"u8.ToArray()).Entry("oldfolder/", '\0', []).File("oldfolder/x")).Accepted().Leaves("old", "oldfolder/x"),
        Honest("global header with a comment").Entries(tar => tar.Entry("g", 'g', "25 comment=of this archive"u8.ToArray()[..24].Append((byte)'\n').ToArray()).File("a")).Accepted().Leaves("a"),
        Honest("folder with a size, which it has not").Entries(tar => tar.Folder("d/").Field(124, "00000001000\0"u8.ToArray()).File("d/x")).Accepted().Leaves("d/x"),
    ];

    internal static byte[] Base256(int length, long value)
    {
        var number = new byte[length];
        for (var i = length - 1; i >= 0; i--, value >>= 8)
            number[i] = (byte)value;
        number[0] |= 0x80;
        return number;
    }

    private static void Fifo(Scene scene, string name)
    {
        Directory.CreateDirectory(scene.On("checkpoint"));
        Assert.Equal(0, Libc.mknodat(scene.Open("checkpoint").Handle, System.Text.Encoding.ASCII.GetBytes(name + '\0'), Libc.S_IFIFO | 0x180, 0));
    }

    private static void Link(Scene scene, string name, string target)
    {
        Directory.CreateDirectory(scene.On("checkpoint"));
        File.CreateSymbolicLink(scene.On($"checkpoint/{name}"), target);
    }

    private static AttackCase Attack(string name) => AttackCase.Attack(AttackClass.EntryTypes, name);

    private static AttackCase Honest(string name) => AttackCase.Honest(AttackClass.EntryTypes, name);
}
