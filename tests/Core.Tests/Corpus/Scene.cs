using System.Text;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Core.Tests.Corpus;

/// <summary>
/// A root with traps in it and canaries around it, on a file system of its own, so that hard links to the canaries can be made. In the root stand
/// links that lead out (absolute, relative, magic), a hard link to a file outside, and mount points.
/// </summary>
public sealed class Scene : IDisposable
{
    /// <summary>Stands in every canary that nobody may read into an archive.</summary>
    internal const string Mark = "canary-that-nobody-may-read";

    private const string Root = "root";

    // What is reached through a hard link loses a name when the link is removed: its number of links and change time are its only ones to differ.
    private const string Linked = "linked";

    private readonly string _path = Directory.CreateTempSubdirectory("corpus-").FullName;
    private readonly List<RootDirectory> _opened = [];

    private SortedDictionary<string, string> _outside = [];
    private SortedDictionary<string, string> _inside = [];

    public Scene()
    {
        Mounts.Memory(_path);
        PlantOutside();
        PlantInside();
    }

    /// <summary>The absolute path of the folder that archives try to reach.</summary>
    public string Outside => On("outside");

    public string On(string name) => System.IO.Path.Combine(_path, name);

    public string Inside(string name) => System.IO.Path.Combine(_path, Root, name);

    public RootDirectory OpenRoot() => Open(Root);

    public RootDirectory Open(string name)
    {
        var directory = RootDirectory.Open(On(name));
        _opened.Add(directory);
        return directory;
    }

    /// <summary>Puts a file outside the root, such as the archive itself; it is then one of the canaries.</summary>
    public string Put(string name, ReadOnlySpan<byte> content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(On(name))!);
        File.WriteAllBytes(On(name), content);
        return On(name);
    }

    public void SetMode(string name, uint mode)
    {
        using var all = RootDirectory.Open(_path);
        Assert.Equal(0, Libc.fchmodat(all.Handle, Encoding.UTF8.GetBytes(name + '\0'), mode, 0));
    }

    /// <summary>Remembers how everything is.</summary>
    public void Remember()
    {
        _outside = TakeOutside();
        _inside = TakeInside();
    }

    /// <summary>What changed outside since; empty when nothing did.</summary>
    public string ChangesOutside() => Snapshot.Difference(_outside, TakeOutside());

    /// <summary>What changed inside since, times left aside; empty when nothing did.</summary>
    public string ChangesInside() => Snapshot.Difference(_inside, TakeInside());

    public void Dispose()
    {
        _opened.ForEach(static directory => directory.Dispose());
        Mounts.Detach(_path);
        Directory.Delete(_path);
    }

    private SortedDictionary<string, string> TakeOutside() => Snapshot.Take(
        _path, static path => path.StartsWith(Linked, StringComparison.Ordinal) ? SnapshotDetail.Lasting : SnapshotDetail.Everything, static path => path == Root);

    private SortedDictionary<string, string> TakeInside() => Snapshot.Take(On(Root), static _ => SnapshotDetail.Content);

    private void PlantOutside()
    {
        foreach (var folder in new[] { "outside/folder/deeper", "outside/empty", "rootx", Linked, "mounted/folder", "mounted2" })
            Directory.CreateDirectory(On(folder));
        foreach (var file in new[] { "outside/secret", "outside/program", "outside/folder/inner", "outside/folder/deeper/leaf", "outside/etc-passwd", "rootx/file", "evil" })
            File.WriteAllText(On(file), $"{Mark} {file}");
        File.WriteAllText(On($"{Linked}/file"), "reached by a hard link");
        File.WriteAllText(On("mounted/file"), "reached by a mount");
        File.WriteAllText(On("mounted/folder/file"), "reached by a mount");
        File.WriteAllText(On("mounted2/file"), "reached by another mount");
        File.CreateSymbolicLink(On("outside/link"), "secret");
        SetMode("outside/program", 0x9ED);
        SetMode("outside/folder", 0x3C0);
        using var outside = Open("outside");
        Assert.Equal(0, Libc.fchown(outside.Handle, 1234, 4321));
        Assert.Equal(0, Libc.mknodat(outside.Handle, "pipe\0"u8, Libc.S_IFIFO | 0x180, 0));
        Assert.Equal(0, Libc.mknodat(outside.Handle, "null\0"u8, Libc.S_IFCHR | 0x180, 0x103));
        SetAttribute("outside/secret", "trusted.canary", "sings");
        SetAttribute("outside/secret", "security.selinux", "u:object_r:canary_t:s0");
        SetAttribute("outside/folder", "user.canary", "sings");
        foreach (var path in new[] { "outside/secret", "outside/folder/inner", $"{Linked}/file", "mounted/file" })
            File.SetLastWriteTimeUtc(On(path), new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
    }

    private void PlantInside()
    {
        foreach (var folder in new[] { "etc", "usr/lib", "dir/sub", "deep/down/mount", "mount", "opaque/lower" })
            Directory.CreateDirectory(Inside(folder));
        foreach (var file in new[] { "etc/passwd", "usr/lib/libc.so", "dir/file", "dir/sub/file", "opaque/lower/file", "opaque/hidden", "deep/file", "file" })
            File.WriteAllText(Inside(file), $"inside {file}");
        foreach (var (link, target) in new[]
        {
            ("absolute", Outside), ("relative", "../outside"), ("climbing", "../../../../../../../.." + Outside), ("magic", "/proc/self/root" + Outside),
            ("working", "/proc/self/cwd"), ("file-link", "../outside/secret"), ("absolute-file-link", Outside + "/secret"), ("dir/up", "../../outside"),
            ("lib", "usr/lib"), ("loop", "loop"), ("dangling", "nowhere"), ("dir/inner", "../etc"), ("chain", "dir/up"),
        })
            File.CreateSymbolicLink(Inside(link), target);
        using var linked = Open(Linked);
        using var root = OpenRoot();
        Assert.Equal(0, Libc.linkat(linked.Handle, "file\0"u8, root.Handle, "hard\0"u8, 0));
        Mounts.Bind(On("mounted"), Inside("mount"));
        Mounts.Bind(On("mounted2"), Inside("deep/down/mount"));
    }

    private void SetAttribute(string name, string attribute, string value)
    {
        using var file = File.Exists(On(name)) ? File.OpenHandle(On(name)) : Open(name).Handle;
        Assert.Equal(0, Libc.fsetxattr(file, Encoding.ASCII.GetBytes(attribute + '\0'), Encoding.ASCII.GetBytes(value), (nuint)value.Length, 0));
    }
}
