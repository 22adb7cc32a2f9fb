using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Security;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Corpus;

/// <summary>One operation on one case: what it does, in a scene of its own.</summary>
internal sealed class Trial(AttackCase attack, Operation operation, Scene scene)
{
    // What the operation was given, made before the scene is remembered.
    private byte[] _diff = [];
    private string _archive = "";
    private IReadOnlyList<string> _names = [];

    /// <summary>Tars that the operation wrote.</summary>
    internal MemoryStream Written { get; } = new();

    internal void Prepare()
    {
        attack.Preparation?.Invoke(scene);
        _diff = attack.Diff(scene);
        _names = [.. attack.EntryNames(scene).Where(static name => name.Length > 0 && !name.Contains('\0', StringComparison.Ordinal)).Take(20)];
        var archive = operation switch
        {
            Operation.InspectDiff => new HandmadeTar().Entry("rootfs-diff.tar", '0', _diff).File("config.dump", AttackCase.Config).File("spec.dump", AttackCase.Specification).Finish(),
            Operation.ImportImage => new TestImage(attack.Archive(scene)).ToTar().Finish(),
            _ => attack.Archive(scene),
        };
        _archive = scene.Put("archive.tar", archive);
        if (!Directory.Exists(scene.On("checkpoint")))
            Directory.CreateDirectory(scene.On("checkpoint"));
        if (!Path.Exists(scene.On("checkpoint/rootfs-diff.tar")) && new FileInfo(scene.On("checkpoint/rootfs-diff.tar")).LinkTarget is null)
            scene.Put("checkpoint/rootfs-diff.tar", _diff);
        if (!Path.Exists(scene.On("checkpoint/deleted.files")) && new FileInfo(scene.On("checkpoint/deleted.files")).LinkTarget is null)
            scene.Put("checkpoint/deleted.files", attack.DeletedFiles?.Invoke(scene) ?? DeletedFiles.Serialize(DeletablePaths()));
    }

    internal void Run()
    {
        switch (operation)
        {
            case Operation.ImportWithoutConfig or Operation.ImportImage:
                WithArchive(archive => archive.ImportWithoutConfig(scene.OpenRoot()));
                break;
            case Operation.ImportConfig:
                WithArchive(archive => archive.ImportConfig(scene.OpenRoot()));
                break;
            case Operation.ReadRuntimeName:
                WithArchive(archive => archive.ReadRuntimeName());
                break;
            case Operation.Inspect or Operation.InspectDiff:
                WithArchive(archive => archive.InspectAndHash());
                break;
            case Operation.ReadMetadata:
                WithArchive(static archive => archive.ReadMetadata());
                break;
            case Operation.ReadProcesses:
                WithArchive(static archive => archive.ReadProcesses(CriuParts.AllButEnvironment | CriuParts.Environment));
                break;
            case Operation.SearchMemory:
                WithArchive(static archive => archive.SearchMemory(1, MemoryPattern.Text("canary"), 16, static _ => { }));
                break;
            case Operation.ListChanges:
                WithArchive(static archive => archive.ListRootFsChanges());
                break;
            case Operation.Apply:
                Apply();
                break;
            case Operation.ApplyFile:
                RootFsDiff.Apply(scene.Open("checkpoint"), scene.OpenRoot(), attack.Limits);
                break;
            case Operation.Extract:
                TreeArchive.Extract(new MemoryStream(_diff), scene.OpenRoot(), attack.Limits);
                break;
            case Operation.Delete:
                Delete();
                break;
            case Operation.Steps:
                attack.Steps?.Invoke(scene);
                break;
            default:
                ApplyIfAccepted();
                RunOnTree();
                break;
        }
    }

    private void RunOnTree()
    {
        switch (operation)
        {
            case Operation.ApplyThenDelete:
                Delete();
                break;
            case Operation.ArchiveTree:
                TreeArchive.Write(scene.OpenRoot(), Written);
                break;
            case Operation.DiffUpper:
                RootFsDiff.CreateFromUpper(scene.OpenRoot(), Written);
                break;
            case Operation.DiffChanges:
                RootFsDiff.CreateFromChanges(
                    DeletablePaths().Where(path => scene.OpenRoot().Exists(RelativePath.Parse(path))).Select(static path => new FileChange(path, FileChangeKind.Add)),
                    scene.OpenRoot(),
                    Written);
                break;
            case Operation.AddTree:
                AddTree();
                break;
            case Operation.RemoveTrees:
                var root = scene.OpenRoot();
                // The mount points and what holds them cannot be removed, and must not.
                foreach (var entry in root.List().Where(static entry => entry.Path.Name is not ("mount" or "deep")))
                    root.RemoveTree(entry.Path);
                Assert.Throws<FileSystemException>(() => root.RemoveTree(RelativePath.Parse("mount")));
                Assert.Throws<FileSystemException>(() => root.RemoveTree(RelativePath.Parse("deep")));
                break;
            case Operation.CreateLabelled:
                CreateLabelled();
                break;
        }
    }

    private void WithArchive(Action<CheckpointArchive> use)
    {
        using var archive = CheckpointArchive.Open(_archive, attack.Limits);
        use(archive);
    }

    private void Apply() => RootFsDiff.Apply(new MemoryStream(_diff), scene.OpenRoot(), attack.Limits);

    private void Delete() => DeletedFiles.Remove(scene.Open("checkpoint"), scene.OpenRoot(), attack.Limits);

    private void ApplyIfAccepted()
    {
        try
        {
            Apply();
        }
        catch (Exception e) when (e is ArchiveRefusedException or FileSystemException)
        {
            // As far as it came is far enough.
        }
    }

    // Links in the tree end it, so what it has read until then counts.
    private void AddTree()
    {
        using var file = new FileStream(Path.GetTempFileName(), FileMode.Open, FileAccess.ReadWrite, FileShare.None, 4096, FileOptions.DeleteOnClose);
        try
        {
            using var writer = new CheckpointArchiveWriter(file.SafeFileHandle);
            writer.AddTree("checkpoint", scene.OpenRoot());
            writer.Complete();
        }
        finally
        {
            file.Position = 0;
            file.CopyTo(Written);
        }
    }

    private void CreateLabelled()
    {
        var label = SELinuxLabel.Parse("system_u:object_r:container_file_t:s0");
        var root = scene.OpenRoot();
        foreach (var path in DeletablePaths())
        {
            var parsed = RelativePath.Parse(path);
            // Who creates a file says where: a mount is as good a place as any.
            using var below = root.TryOpenParent(parsed, RootDirectory.InRoot | Libc.RESOLVE_NO_XDEV, out var error);
            if (error == Errno.EXDEV)
                continue;
            var there = Path.Exists(scene.Inside(path[1..]));
            try
            {
                LabelledFile.Create(root, parsed, label).Dispose();
            }
            catch (FileSystemException)
            {
                continue;
            }

            Assert.False(there && root.Stat(parsed) is null, $"{path} was there");
        }
    }

    /// <summary>Every entry's name, what lies behind it, and the traps that stand in the root.</summary>
    private IEnumerable<string> DeletablePaths()
    {
        string[] traps = ["absolute", "relative", "climbing", "magic", "dir/up", "chain", "file-link"];
        var names = _names.Where(static name => RelativePath.TryParse(name, out _)).Select(static name => RelativePath.Parse(name).ToString());
        return names.Concat(traps).Distinct().SelectMany(static name => new[] { $"/{name}/secret", $"/{name}/folder/inner", $"/{name}/folder", $"/{name}/empty", $"/{name}" });
    }
}
