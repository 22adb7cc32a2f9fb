using System.Text;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>
/// A folder in memory with a root file system that holds links in every direction, an empty folder for a checkpoint, and canaries beside
/// them, which nothing may touch.
/// </summary>
internal sealed class Sandbox : IDisposable
{
    /// <summary>A folder in memory: that of the run, which is cleared also of what a killed process left, or the system's.</summary>
    internal static readonly string Memory =
        Environment.GetEnvironmentVariable("CHECKPOINT_OPERATOR_FUZZ_FOLDER") ?? (Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath());

    private static readonly string[] Own = ["rootfs", "bundle", "input", "before", "copy"];

    private static readonly RelativePath Arena = RelativePath.Parse("arena");
    private static readonly string[] Canaries = [".", "canary", "canary/secret", "canary/folder", "canary/folder/inner", "canary/link"];
    private static RootDirectory? _top;
    private readonly RootDirectory _arena;
    private readonly string _canaries;

    /// <summary>Makes the folders anew.</summary>
    internal Sandbox()
    {
        _top ??= CreateTop();
        // One that was stopped in the middle, or had a finding, has left its own.
        RemoveArena();
        _top.MakeDirectories(Arena);
        _arena = _top.OpenDirectory(Arena);
        Root = MakeRoot("rootfs");
        Bundle = Make("bundle");
        _canaries = DescribeCanaries(_top);
    }

    /// <summary>A container's root file system.</summary>
    internal RootDirectory Root { get; }

    /// <summary>Where a checkpoint is unpacked.</summary>
    internal RootDirectory Bundle { get; }

    /// <summary>One more root file system, the same as <see cref="Root"/> was at the start.</summary>
    internal RootDirectory MakeRoot(string name)
    {
        var root = Make(name);
        Plant(root);
        return root;
    }

    /// <summary>A file for an input beside both.</summary>
    internal Microsoft.Win32.SafeHandles.SafeFileHandle CreateInput(byte[] content)
    {
        var file = _arena.CreateFile(RelativePath.Parse("input"));
        RandomAccess.Write(file, content, 0);
        return file;
    }

    /// <summary>Compares what lies outside with what was there before, and clears the folders.</summary>
    public void Dispose()
    {
        var left = string.Join(' ', _arena.List().Select(static entry => entry.Path.Name).Where(static name => !Own.Contains(name)));
        Root.Dispose();
        Bundle.Dispose();
        _arena.Dispose();
        var now = DescribeCanaries(_top!);
        if (now != _canaries)
            throw new FindingException($"something outside of the root changed.\nbefore:\n{_canaries}\nafter:\n{now}");
        if (left.Length > 0)
            throw new FindingException($"beside the root there is now: {left}");
        RemoveArena();
    }

    private static void Plant(RootDirectory root)
    {
        Make("etc");
        Make("data/deep/er");
        Write("etc/passwd");
        Write("data/file");
        Write("data/deep/er/file");
        Link("up", "../../canary");
        Link("absolute", "/etc");
        Link("inside", "data/deep");
        Link("circle", "circle");
        Link("dangling", "data/none");
        Link("secret", "../../canary/secret");
        Link("data/up", "../../../canary/folder");
        SetTimes(root, RelativePath.Root);

        void Make(string path) => root.MakeDirectories(RelativePath.Parse(path));

        void Write(string path)
        {
            using var file = root.CreateFile(RelativePath.Parse(path));
            RandomAccess.Write(file, Encoding.ASCII.GetBytes(path), 0);
        }

        void Link(string path, string target) => root.CreateSymbolicLink(RelativePath.Parse(path), target);
    }

    // The same for all, so that trees can be compared; children first, a folder's time changes with them.
    private static void SetTimes(RootDirectory root, RelativePath folder)
    {
        foreach (var child in root.List(folder))
        {
            if (child.Type == FileType.Directory)
                SetTimes(root, child.Path);
            else
                SetTime(child.Path);
        }

        SetTime(folder);

        void SetTime(RelativePath path)
        {
            var time = new TimeSpec { Seconds = 1_500_000_000 };
            if (Libc.utimensat(root.Handle, path.Terminated, [time, time], Libc.AT_SYMLINK_NOFOLLOW) != 0)
                throw FileSystemException.FromLastError("set the time of", path.Display);
        }
    }

    private RootDirectory Make(string name)
    {
        var path = RelativePath.Parse(name);
        _arena.MakeDirectories(path);
        return _arena.OpenDirectory(path);
    }

    private static RootDirectory CreateTop()
    {
        var name = $"checkpoint-operator-fuzz-{Environment.ProcessId}-{Guid.NewGuid():N}";
        var path = Path.Combine(Memory, name);
        Directory.CreateDirectory(path);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(path, recursive: true);
        var top = RootDirectory.Open(path);
        // Files of any mode and owner come to lie in it.
        if (Libc.fchmod(top.Handle, 0x1C0) != 0)
            throw FileSystemException.FromLastError("set the mode of", path);
        top.MakeDirectories(RelativePath.Parse("canary/folder"));
        top.CreateFile(RelativePath.Parse("canary/secret")).Dispose();
        top.CreateFile(RelativePath.Parse("canary/folder/inner")).Dispose();
        top.CreateSymbolicLink(RelativePath.Parse("canary/link"), "secret");
        top.MakeDirectories(Arena);
        return top;
    }

    // A changed owner, mode, attribute, link count or content each set the time of change; a folder's tells of its names.
    private static string DescribeCanaries(RootDirectory top)
    {
        var text = new StringBuilder();
        foreach (var name in Canaries)
        {
            if (Libc.statx(top.Handle, Encoding.ASCII.GetBytes($"{name}\0"), Libc.AT_SYMLINK_NOFOLLOW, Libc.STATX_BASIC_STATS, out var status) != 0)
                throw new FindingException($"{name} is gone");
            // The top folder's own times change with the arena.
            var time = name == "." ? "" : $"{status.ChangeTime.Seconds}.{status.ChangeTime.Nanoseconds}";
            text.AppendLine($"{name} {status.Inode} {status.Mode:x} {status.UserId}:{status.GroupId} {status.LinkCount} {time}");
        }

        return text.ToString();
    }

    private static void RemoveArena()
    {
        // Whoever is not root cannot look into a folder that forbids it: a tree's own owner may allow it again.
        if (Environment.UserName != "root" && _top!.Exists(Arena))
            AllowAll(Arena);
        _top!.RemoveTree(Arena);
    }

    private static void AllowAll(RelativePath folder)
    {
        var name = folder.Terminated;
        if (Libc.fchmodat(_top!.Handle, name, 0x1C0, 0) != 0)
            throw FileSystemException.FromLastError("set the mode of", folder.Display);
        foreach (var child in _top.List(folder))
        {
            if (child.Type == FileType.Directory)
                AllowAll(child.Path);
        }
    }
}
