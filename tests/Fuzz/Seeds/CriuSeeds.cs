namespace CheckpointOperator.Fuzz.Seeds;

/// <summary>CRIU's image files.</summary>
internal static class CriuSeeds
{
    // Common magic, pstree's magic (criu/include/magic.h), then entries: length, protobuf message (pid 1, ppid 0, pgid 1, sid 1, threads 1).
    internal static byte[] Tree { get; } =
    [
        0x19, 0x43, 0x56, 0x54, 0x56, 0x42, 0x59, 0x50,
        10, 0, 0, 0, 0x08, 1, 0x10, 0, 0x18, 1, 0x20, 1, 0x28, 1,
        10, 0, 0, 0, 0x08, 7, 0x10, 1, 0x18, 7, 0x20, 1, 0x28, 7,
    ];

    internal static IEnumerable<(string Name, byte[] Content)> Create()
    {
        yield return ("criu/pstree", Tree);
        yield return ("criu/pstree-cut", Tree[..^3]);
        yield return ("criu/pstree-old", Tree[4..]);
        yield return ("criu/pstree-none", Tree[..8]);
    }
}
