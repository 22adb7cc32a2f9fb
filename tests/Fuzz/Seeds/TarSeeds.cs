namespace CheckpointOperator.Fuzz.Seeds;

/// <summary>Archives by our own writer, whose names lead to what the sandbox's root file system holds.</summary>
internal static class TarSeeds
{
    internal static IEnumerable<(string Name, byte[] Content)> Create()
    {
        yield return ("tar/empty", new SeedTar().Finish());
        yield return ("tar/files", new SeedTar().Folder(".").Folder("data").File("data/a").File("data/b", "", 0x9ED).File("etc/passwd", "x").Finish());
        yield return ("tar/links", new SeedTar().File("a").Symlink("b", "a").Hardlink("c", "a").Symlink("d", "../../canary").Symlink("e", "/etc").Finish());
        yield return ("tar/through-links", new SeedTar().File("inside/x").File("absolute/y").File("up/secret").File("data/up/inner").Folder("inside").Finish());
        yield return ("tar/replaced-links", new SeedTar().File("secret").Folder("up").File("up/x").Symlink("data", "../../canary").File("data/x").Finish());
        yield return ("tar/hard-links", new SeedTar().Hardlink("h", "secret").Hardlink("i", "up/secret").Hardlink("j", "data/file").File("j").Finish());
        yield return ("tar/whiteouts", new SeedTar().Device("data/file", 0, 0).File(".wh.inside", "").File("etc/.wh.passwd", "").File(".wh.up", "").Finish());
        yield return ("tar/opaque", new SeedTar().Folder("data").File("data/.wh..wh..opq", "").File("data/new").File("up/.wh..wh..opq", "").Finish());
        yield return ("tar/devices", new SeedTar().Device("null", 1, 3).Device("tty", 5, 0).Device("disk", 8, 0).Fifo("fifo").Finish());
        yield return ("tar/special", new SeedTar().Fifo("data/fifo").File("data/fifo/x").File("data/fifo").Finish());
        yield return ("tar/attributes", new SeedTar()
            .File("a", "x", 0xDED, ("user.comment", "one"), ("security.capability", "\u0001\0\0\u0002"), ("trusted.overlay.opaque", "y"), ("security.selinux", "x:y:z"))
            .Finish());
        yield return ("tar/times", new SeedTar().At("a", 1, 999_999_999, 0).At("b", -1, 750_000_000, 65534).At("c", 1L << 40, 0, 3_000_000).Finish());
        yield return ("tar/long-names", new SeedTar().File($"data/{new string('n', 120)}/{new string('m', 200)}").Symlink("l", new string('t', 150)).Finish());
        yield return ("tar/deep", new SeedTar().File("a/b/c/d/e/f/g/h/i/j/k/l").Folder("a/b/c/d").File("inside/er/x").Finish());
        yield return ("tar/unicode", new SeedTar().File("data/ü\n\u202e", "x").Symlink("ñ", "ü").Finish());
    }
}
