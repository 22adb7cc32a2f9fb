using System.Diagnostics;
using System.Globalization;
using System.Text;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Security;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Corpus;

/// <summary>
/// Every operation that walks a tree while another process exchanges the tree's folders for links that lead out. CORPUS_RACE_SECONDS says for how long
/// all of them together; a minute where it is not set.
/// </summary>
public sealed class RaceTests(ITestOutputHelper output) : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private byte[] _tar = [];
    private string _archive = "";

    public static TheoryData<string> Operations => ["import", "apply", "apply folders", "apply whiteouts", "extract", "delete", "remove trees", "archive", "diff", "diff changes", "add tree", "files"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Operations))]
    public void Nothing_outside_changes_while_folders_become_links(string operation)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        using var scene = new Scene();
        Prepare(scene, operation);
        scene.Remember();
        using var swapper = new Swapper(scene, Swapper.Compile(_folder));
        var time = Stopwatch.StartNew();
        long runs = 0, met = 0;
        while (time.Elapsed < TimeLimit)
        {
            var landed = Meets(scene, swapper, operation);
            runs++;
            if (landed)
                met++;
            if (runs % 64 == 0)
                Assert.Equal("", scene.ChangesOutside());
        }

        var swaps = swapper.Stop();
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{operation}: {runs} runs, {met} of them met a link, {swaps} exchanges"));
        Assert.Equal("", scene.ChangesOutside());
        Assert.True(swaps > 1000, $"only {swaps} exchanges");
        Assert.True(met > 0, $"none of {runs} runs met a link");
    }

    [Fact]
    public void Who_looks_first_and_writes_then_is_caught()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        using var scene = new Scene();
        scene.Remember();
        using var swapper = new Swapper(scene, Swapper.Compile(_folder));
        var time = Stopwatch.StartNew();
        var caught = false;
        while (!caught && time.Elapsed < TimeSpan.FromMinutes(2))
        {
            var folder = new DirectoryInfo(scene.Inside("d0"));
            try
            {
                if (folder.LinkTarget is null)
                    File.WriteAllText(Path.Combine(folder.FullName, "written"), "x");
            }
            catch (IOException)
            {
                // Exchanged between the two.
            }

            caught = scene.ChangesOutside().Length > 0;
        }

        Assert.True(caught, $"{swapper.Stop()} exchanges and never between the look and the write");
    }

    private static TimeSpan TimeLimit =>
        TimeSpan.FromSeconds(double.Parse(Environment.GetEnvironmentVariable("CORPUS_RACE_SECONDS") ?? "60", CultureInfo.InvariantCulture)) / Operations.Count;

    private void Prepare(Scene scene, string operation)
    {
        var tar = new HandmadeTar();
        for (var i = 0; i < 60; i++)
        {
            // Each in another folder than the one before, so that every entry looks its folder up.
            var folder = Swapper.Victims[i % Swapper.Victims.Length];
            _ = operation switch
            {
                "apply folders" => tar.Folder($"{folder}/", 0x1FF).File($"{folder}/secret", "evil"),
                "apply whiteouts" => i < 50 ? tar.File($"{folder}/.wh.{(i % 3 == 0 ? "secret" : "folder")}") : tar.File($"{folder}/.wh..wh..opq"),
                "extract" => tar.File($"{folder}/f{i}", "evil").Symlink($"{folder}/l{i}", "secret").Hardlink($"{folder}/h{i}", $"{folder}/f{i}").Fifo($"{folder}/p{i}"),
                _ => tar.File($"{folder}/f{i}", "evil").Folder($"{folder}/folder/", 0x1C0),
            };
        }

        _tar = tar.Finish();
        _archive = scene.Put("archive.tar", _tar);
        var paths = Swapper.Victims.SelectMany(static victim => new[] { $"/{victim}/secret", $"/{victim}/folder/inner", $"/{victim}/folder", $"/{victim}/empty" });
        scene.Put("checkpoint/deleted.files", DeletedFiles.Serialize(paths));
        // The mounts would end every walk before it came to the folders; the cases without a race have them.
        Mounts.Detach(scene.Inside("deep/down/mount"));
        Mounts.Detach(scene.Inside("mount"));
    }

    private bool Meets(Scene scene, Swapper swapper, string operation)
    {
        using var root = RootDirectory.Open(scene.On("root"));
        try
        {
            return Run(scene, root, operation) || swapper.HasLanded();
        }
        catch (ArchiveRefusedException e) when (e.Reason is ArchiveRefusal.LinkInPath or ArchiveRefusal.EscapingHardLink)
        {
            return true;
        }
        catch (FileSystemException e) when (e.Error is Errno.ELOOP or Errno.ENOTDIR or Errno.ENOENT or Errno.EAGAIN or Errno.ENOTEMPTY or Errno.EEXIST or Errno.EXDEV)
        {
            return e.Error is Errno.ELOOP or Errno.ENOTDIR or Errno.EXDEV;
        }
        catch (IOException e) when (e is not FileSystemException && operation is "archive" or "diff" or "diff changes" or "add tree" or "files")
        {
            // It is another file, or a shorter one, than it was a moment before.
            return true;
        }
    }

    /// <summary>Does it once.</summary>
    /// <returns>Whether a link was seen where a folder is.</returns>
    private bool Run(Scene scene, RootDirectory root, string operation)
    {
        switch (operation)
        {
            case "import":
                using (var archive = CheckpointArchive.Open(_archive))
                    archive.ImportWithoutConfig(root);
                return false;
            case "apply" or "apply folders" or "apply whiteouts":
                RootFsDiff.Apply(new MemoryStream(_tar), root);
                return false;
            case "extract":
                TreeArchive.Extract(new MemoryStream(_tar), root);
                return false;
            case "delete":
                using (var checkpoint = RootDirectory.Open(scene.On("checkpoint")))
                    DeletedFiles.Remove(checkpoint, root);
                return false;
            case "remove trees":
                root.RemoveTree(RelativePath.Parse("d2"));
                var isLink = root.Stat(RelativePath.Parse("traps/t2")) is { Type: FileType.Directory };
                foreach (var victim in Swapper.Victims)
                    root.RemoveTree(RelativePath.Parse(victim));
                return isLink;
            case "files":
                return UseFiles(root);
            default:
                return WriteTree(root, operation);
        }
    }

    private static bool UseFiles(RootDirectory root)
    {
        var met = false;
        foreach (var victim in Swapper.Victims)
        {
            try
            {
                root.MakeDirectories(RelativePath.Parse($"{victim}/made/below"));
                root.WriteFileAtomically(RelativePath.Parse($"{victim}/folder/state"), "evil"u8);
                root.Remove(RelativePath.Parse($"{victim}/label"));
                LabelledFile.Create(root, RelativePath.Parse($"{victim}/label"), SELinuxLabel.Parse("system_u:object_r:container_file_t:s0")).Dispose();
                root.Rename(RelativePath.Parse($"{victim}/a"), RelativePath.Parse($"{victim}/b"));
                Assert.DoesNotContain(Scene.Mark, Encoding.ASCII.GetString(root.ReadFile(RelativePath.Parse($"{victim}/secret"), 1000)), StringComparison.Ordinal);
                met |= root.Stat(RelativePath.Parse(victim)) is { Type: FileType.SymbolicLink };
            }
            catch (FileSystemException e) when (e.Error is Errno.ENOENT or Errno.EEXIST or Errno.EAGAIN)
            {
                // The other process has put a folder without these files there.
            }
        }

        return met;
    }

    /// <summary>Writes the tree and looks for what is outside in what was written.</summary>
    /// <returns>Whether a victim stands in the archive as a link.</returns>
    private bool WriteTree(RootDirectory root, string operation)
    {
        using var written = new MemoryStream();
        try
        {
            switch (operation)
            {
                case "archive":
                    TreeArchive.Write(root, written);
                    break;
                case "diff":
                    RootFsDiff.CreateFromUpper(root, written);
                    break;
                case "diff changes":
                    var changes = Swapper.Victims.SelectMany(static victim => new[] { victim, $"{victim}/secret", $"{victim}/folder" });
                    RootFsDiff.CreateFromChanges(changes.Select(static path => new FileChange("/" + path, FileChangeKind.Add)), root, written);
                    break;
                default:
                    AddTree(root, written);
                    break;
            }
        }
        finally
        {
            Assert.True(written.GetBuffer().AsSpan(0, (int)written.Length).IndexOf(Encoding.ASCII.GetBytes(Scene.Mark)) < 0, "a file from outside was read into the archive");
        }

        return HasLinkOf(written, Swapper.Victims);
    }

    private void AddTree(RootDirectory root, MemoryStream written)
    {
        using var file = new FileStream(_folder["written"], FileMode.Create, FileAccess.ReadWrite);
        try
        {
            using var writer = new CheckpointArchiveWriter(file.SafeFileHandle);
            foreach (var victim in new[] { "d2", "d4" })
            {
                using var tree = root.OpenDirectory(RelativePath.Parse(victim));
                writer.AddTree(victim, tree);
            }

            writer.Complete();
        }
        finally
        {
            file.Position = 0;
            file.CopyTo(written);
        }
    }

    private static bool HasLinkOf(MemoryStream written, string[] names)
    {
        written.Position = 0;
        using var reader = new System.Formats.Tar.TarReader(written, leaveOpen: true);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.EntryType == System.Formats.Tar.TarEntryType.SymbolicLink && names.Contains(entry.Name.TrimStart('.', '/')))
                return true;
        }

        return false;
    }
}
