namespace CheckpointOperator.Core.Tests.Corpus.Classes;

/// <summary>CRIU's images with paths of the host or with damage. They are carried as they are: what they mean is CRIU's to decide, in the container's namespaces.</summary>
internal static class CriuImages
{
    private static readonly byte[] PidTreeHeader = [0x19, 0x43, 0x56, 0x54, 0x29, 0x06, 0x58, 0x50];

    internal static IEnumerable<AttackCase> Cases =>
    [
        Images("an external mount of the host", "mountpoints-13.img", [.. PidTreeHeader, 20, 0, 0, 0, 0x5a, 18, .. "/../../../../../etc"u8]),
        Images("a Unix socket of the host", "files.img", [.. PidTreeHeader, 24, 0, 0, 0, 0x62, 22, .. "/run/containerd/c.sock"u8]),
        Images("an inherited descriptor", "files.img", [.. PidTreeHeader, 12, 0, 0, 0, 0x1a, 10, .. "inherit[3]"u8]),
        Images("a length that is not there", "pstree.img", [.. PidTreeHeader, 0xff, 0xff, 0xff, 0x7f, 1]),
        Images("a negative length", "pstree.img", [.. PidTreeHeader, 0xff, 0xff, 0xff, 0xff, 1]),
        Images("half a length", "pstree.img", [.. PidTreeHeader, 1, 0]),
        Images("no magic number", "pstree.img", [1, 2]),
        Images("nothing", "pstree.img", []),
        Images("ten thousand empty entries", "pstree.img", [.. PidTreeHeader, .. new byte[40_000]]),
        Images("messages in messages without end", "pstree.img", [.. PidTreeHeader, 0x10, 0x27, 0, 0, .. Nested(10_000)]),
        Images("a number of ten bytes and more", "pstree.img", [.. PidTreeHeader, 13, 0, 0, 0, 8, .. Enumerable.Repeat((byte)0xff, 12)]),
        Images("a core of no process", "core-999999999999.img", [.. PidTreeHeader, 2, 0, 0, 0, 8, 1]),
        Images("page numbers beyond the memory", "pagemap-1.img", [.. PidTreeHeader, 2, 0, 0, 0, 8, 1, 12, 0, 0, 0, 8, .. Enumerable.Repeat((byte)0xff, 8), 0x7f, 16, 1]),

        AttackCase.Honest(AttackClass.CriuImages, "one process").Entries(tar => tar.Folder("checkpoint").Entry("checkpoint/inventory.img", '0', [.. PidTreeHeader, 2, 0, 0, 0, 8, 1])
            .Entry("checkpoint/pstree.img", '0', [.. PidTreeHeader, 8, 0, 0, 0, 8, 1, 16, 0, 24, 1, 32, 1]).Entry("checkpoint/pages-1.img", '0', new byte[4096])).Accepted().Leaves("checkpoint/pages-1.img"),
        AttackCase.Honest(AttackClass.CriuImages, "no processes").Entries(tar => tar.Folder("checkpoint")).Accepted().Leaves("checkpoint"),
    ];

    private static IEnumerable<byte> Nested(int length) => Enumerable.Range(0, length / 4).SelectMany(static i => new byte[] { 0x0a, 0xff, 0x4e, 0x0a });

    private static AttackCase Images(string name, string file, byte[] content) =>
        AttackCase.Attack(AttackClass.CriuImages, name).Entries(tar => tar.Folder("checkpoint").Entry($"checkpoint/{file}", '0', content)).Accepted().Leaves($"checkpoint/{file}");
}
