using System.Text.RegularExpressions;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Tests.Support;
using CsCheck;

namespace CheckpointOperator.Core.Tests.RootFs;

/// <summary>Whatever was done to a real overlay, both dialects, and each made from the other, bring it to a second root of the same image.</summary>
public sealed class DialectTests : IDisposable
{
    // Some lie in folders of the image, some below its link, some nowhere yet.
    private static readonly string[] Paths = ["a", "a/b", "a/b/c", "a/b/new", "d", "d/e", "d/f/g", "f", "h", "link", "link/b", "link/x", "n", "n/m"];

    private static readonly Gen<string> Operation = Gen.OneOf(
        Gen.Select(Any(Paths), Gen.Int[0, 9], static (path, text) => $"mkdir -p $(dirname {path}); test -p {path} || echo {text} > {path}; touch -d @16000000{text}0.5 {path}"),
        Any(Paths).Select(static path => $"rm -rf {path}"),
        Any(Paths).Select(static path => $"rm -rf {path}"),
        Any(Paths).Select(static path => $"mkdir -p {path}"),
        Any(Paths).Select(static path => $"rm -rf {path}; mkdir -p {path}"),
        Gen.Select(Any(Paths), Any("a/b", "d", "nowhere", "/f"), static (path, target) => $"rm -rf {path}; ln -s {target} {path}"),
        Gen.Select(Any(Paths), Any(Paths), static (one, other) => $"ln {one} {other}"),
        Gen.Select(Any(Paths), Any(Paths), static (one, other) => $"mv {one} {other}"),
        Gen.Select(Any(Paths), Any("700", "4755", "1777", "640"), static (path, mode) => $"chmod {mode} {path}; chown 7:8 {path}"),
        Any(Paths).Select(static path => $"mkfifo {path}"));

    private static Gen<string> Any(params string[] values) => Gen.Int[0, values.Length - 1].Select(index => values[index]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Either_dialect_made_anyhow_makes_the_tree_that_the_kernel_shows()
    {
        using var overlay = new OverlayFixture(_folder);
        _folder.Shell(
            """
            cd fs; mkdir -p image/a/b image/d/f; echo c > image/a/b/c; echo e > image/d/e; echo g > image/d/f/g; touch image/f image/h; ln -s a image/link
            chmod 4711 image/h; find image -exec touch -h -d '2019-01-01 00:00:00.25' {} +
            """);
        var number = 0;
        Gen.Select(Operation.Array[0, 12], Operation.Array[0, 12]).Sample(
            (first, second) => Check(overlay, $"n{number++}", first, second), iter: 8, threads: 1, print: static operations => $"{string.Join("\n", operations.Item1)}\n--\n{string.Join("\n", operations.Item2)}");
    }

    private void Check(OverlayFixture overlay, string name, string[] first, string[] second)
    {
        // Two upper folders, as of a container whose image was committed from another's.
        var merged = overlay.Mount($"{name}.1", "image");
        Run(merged, first);
        overlay.Unmount(merged);
        merged = overlay.Mount($"{name}.2", $"{name}.1", "image");
        Run(merged, second);
        CheckDiffs(name, merged);
        overlay.Unmount(merged);
    }

    private void CheckDiffs(string name, string merged)
    {
        var expected = Listing(merged);
        using RootDirectory top = RootDirectory.Open(_folder[$"fs/{name}.2"]), below = RootDirectory.Open(_folder[$"fs/{name}.1"]);
        using RootDirectory image = RootDirectory.Open(_folder["fs/image"]), shown = RootDirectory.Open(_folder[merged]);
        var listed = Make($"{name}.listed", tar => RootFsDiff.CreateFromUppers([top, below], tar, new DiffOptions { Lower = [image] }));
        var marked = Make($"{name}.marked", tar => RootFsDiff.CreateFromUppers([top, below], tar));
        var layer = Make($"{name}.layer", tar => RootFsDiff.CreateFromUppers([top, below], tar, new DiffOptions { Dialect = DiffDialect.Whiteouts }));
        // The image's files have one time, so that one moved over another differs by content alone.
        var compared = Make($"{name}.compared", tar => RootFsDiff.CreateFromTrees(image, shown, tar, new DiffOptions { AlwaysCompareContent = true }));
        var comparedLayer = Make($"{name}.comparedlayer", tar => RootFsDiff.CreateFromTrees(image, shown, tar, new DiffOptions { Dialect = DiffDialect.Whiteouts, AlwaysCompareContent = true }));
        string[] all =
        [
            listed, marked, layer, compared, comparedLayer,
            Convert(listed, DiffDialect.Whiteouts), Convert(marked, DiffDialect.Whiteouts), Convert(layer, DiffDialect.DeletedFiles),
            Convert(layer, DiffDialect.DeletedFiles, image), Convert(marked, DiffDialect.DeletedFiles, image), Convert(comparedLayer, DiffDialect.DeletedFiles),
        ];
        foreach (var diff in all)
        {
            // The list before the diff as we do it, and after it as podman does.
            foreach (var listFirst in File.Exists(_folder[$"{diff}/deleted.files"]) ? new[] { true, false } : [true])
            {
                var made = Apply(diff, listFirst);
                Assert.True(expected == made, $"{diff}, list first: {listFirst}\nexpected:\n{expected}\nis:\n{made}\nby:\n{_folder.Shell($"tar -tvf {diff}/rootfs-diff.tar; cat {diff}/deleted.files || true")}");
            }
        }

        _folder.Shell($"for diff in {string.Join(' ', all)}; do tar -tf $diff/rootfs-diff.tar; done");
        Assert.DoesNotContain(".wh.", _folder.Shell($"tar -tf {listed}/rootfs-diff.tar; tar -tf {Convert(layer, DiffDialect.DeletedFiles, image)}/rootfs-diff.tar"), StringComparison.Ordinal);
    }

    private void Run(string merged, string[] operations) =>
        _folder.Shell($"cd {merged}; for op in {string.Join(' ', operations.Select(static operation => $"'{operation}'"))}; do (eval \"$op\") >/dev/null 2>&1 || true; done");

    private string Make(string name, Func<Stream, DiffResult> create)
    {
        Directory.CreateDirectory(_folder[name]);
        DiffResult result;
        using (var tar = File.Create(_folder[$"{name}/rootfs-diff.tar"]))
            result = create(tar);
        if (result.Deleted.Count > 0)
            File.WriteAllBytes(_folder[$"{name}/deleted.files"], DeletedFiles.Serialize(result.Deleted));
        return name;
    }

    private string Convert(string diff, DiffDialect dialect, params RootDirectory[] lower)
    {
        using var source = RootDirectory.Open(_folder[diff]);
        return Make($"{diff}.{dialect}{lower.Length}", tar => RootFsDiff.Convert(source, tar, new DiffOptions { Dialect = dialect, Lower = lower }));
    }

    private string Apply(string diff, bool listFirst)
    {
        _folder.Shell("rm -rf fs/second; cp -a fs/image fs/second");
        using RootDirectory source = RootDirectory.Open(_folder[diff]), root = RootDirectory.Open(_folder["fs/second"]);
        if (listFirst)
            DeletedFiles.Remove(source, root);
        RootFsDiff.Apply(source, root);
        if (!listFirst)
            DeletedFiles.Remove(source, root);
        return Listing("fs/second");
    }

    // Without the number of a file's names, in which the kernel counts those that another layer hides; which names are one file is told by their numbers.
    private string Listing(string tree) =>
        Regex.Replace(_folder.Listing(tree), @" \d+ \[", " [")
        + _folder.Shell($"cd {tree}; find . -type f -printf '%i %p\\n' | sort -k2 | awk '{{ if (!($1 in n)) n[$1] = ++c; print n[$1], $2 }}'");
}
