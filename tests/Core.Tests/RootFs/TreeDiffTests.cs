using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.RootFs;

public sealed class TreeDiffTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TreeDiffTests() => _folder.Shell(
        """
        mkdir -p before/etc before/var/log before/same/deep; cd before
        echo one > etc/one; echo two > etc/two; echo log > var/log/log; echo kept > same/deep/kept; ln -s one etc/link; mkfifo pipe
        find . -exec touch -h -d '2020-01-01 10:00:00.5' {} +; cp -a . ../after
        """);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Trees_that_are_the_same_differ_in_nothing()
    {
        var result = Diff();
        Assert.Equal((0, 0), (result.Changed, result.Deleted.Count));
        Assert.Equal("/", Names());
    }

    [Theory]
    [InlineData("echo longer > etc/one; touch -d '2020-01-01 10:00:00.5' etc etc/one", "/ etc/ etc/one", "the size")]
    [InlineData("echo eno > etc/one; touch -d '2020-01-01 10:00:00.6' etc/one", "/ etc/ etc/one", "the time")]
    [InlineData("chmod 600 etc/one", "/ etc/ etc/one", "the mode")]
    [InlineData("chown 1:2 var/log", "/ var/ var/log/", "a folder's owner")]
    [InlineData("chmod 700 same/deep", "/ same/ same/deep/", "a folder's mode")]
    [InlineData("touch -d '2021-01-01' same", "/ same/", "a folder's time")]
    [InlineData("ln -sfn two etc/link; touch -h -d '2020-01-01 10:00:00.5' etc/link etc", "/ etc/ etc/link", "a link's target")]
    [InlineData("rm pipe; mknod pipe c 1 3; touch -d '2020-01-01 10:00:00.5' pipe .", "/ pipe", "the type")]
    [InlineData("rm -r var; echo file > var", "/ var", "a folder that became a file")]
    [InlineData("rm etc/one; mkdir etc/one; touch etc/one/x; touch -d '2020-01-01 10:00:00.5' etc", "/ etc/ etc/one/ etc/one/x", "a file that became a folder")]
    public void Each_difference_is_found_and_brought_to_the_other_tree(string change, string names, string what)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can set owners");
        _folder.Shell($"cd after; {change}");
        Diff();
        Assert.True(names == Names(), $"{what}: {Names()}");
        AppliedIsAfter();
    }

    [Fact]
    public void Deletions_and_new_trees_are_told_with_their_folders()
    {
        _folder.Shell("cd after; rm -r same/deep etc/two; mkdir -p new/sub; echo x > new/sub/file; python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"new/socket\")'");
        var result = Diff();
        Assert.Equal(["/etc/two", "/same/deep"], result.Deleted);
        Assert.Equal("/ etc/ new/ new/sub/ new/sub/file same/", Names());
        File.Delete(_folder["after/new/socket"]);
        _folder.Shell("touch -d '2022-02-02' after/new");
        Diff();
        AppliedIsAfter();
    }

    [Fact]
    public void Content_is_read_only_where_the_time_cannot_tell()
    {
        _folder.Shell(
            """
            cd after; echo eno > etc/one; touch -d '2020-01-01 10:00:00.5' etc/one
            echo owt > etc/two; touch -d '2020-01-01 10:00:00' etc/two ../before/etc/two
            echo kept > same/deep/kept; touch -d '2020-01-01 10:00:00' same/deep/kept ../before/same/deep/kept
            """);
        Diff();
        Assert.Equal("/ etc/ etc/two", Names());
        Diff(new DiffOptions { AlwaysCompareContent = true });
        Assert.Equal("/ etc/ etc/one etc/two", Names());
    }

    [Fact]
    public void Attributes_are_compared()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can set trusted attributes");
        _folder.SetAttribute("after/etc/one", "user.colour", "blue");
        _folder.SetAttribute("before/etc/two", "user.colour", "blue");
        _folder.SetAttribute("after/etc/two", "user.colour", "green");
        _folder.SetAttribute("after/same/deep", "user.colour", "red");
        _folder.SetAttribute("after/var/log/log", "trusted.overlay.origin", "of no concern");
        Diff();
        Assert.Equal("/ etc/ etc/one etc/two same/ same/deep/", Names());
        Apply();
        Assert.Equal(["user.colour=green"], _folder.Attributes("applied/etc/two"));
    }

    [Theory]
    [InlineData("ln etc/one etc/added", "a second name after the first")]
    [InlineData("ln etc/one etc/a", "a second name before the first")]
    [InlineData("ln etc/one zz; ln etc/one aa", "names in other folders")]
    [InlineData("ln etc/one 1; ln etc/two 2", "two pairs")]
    public void Files_with_several_names_stay_one_file(string change, string what)
    {
        _folder.Shell($"cd after; {change}; find . -exec touch -h -d '2020-01-01 10:00:00.5' {{}} +");
        Diff();
        AppliedIsAfter();
        Assert.Equal(Links("after"), Links("applied"));
        Assert.NotEmpty(what);
    }

    [Theory]
    [InlineData("mv x y", "renamed to a later name")]
    [InlineData("mv x b", "renamed to an earlier name")]
    [InlineData("rm x; cp -a a x", "separated")]
    [InlineData("rm b2; ln a b2; rm x; ln b1 x", "changed partners")]
    public void Names_that_changed_between_files_are_told(string change, string what)
    {
        _folder.Shell($"cd before; echo same > a; cp a b1; ln a x; ln b1 b2; find . -exec touch -h -d '2020-01-01 10:00:00.5' {{}} +; cd ..; rm -r after; cp -a before after; cd after; {change}; find . -exec touch -h -d '2020-01-01 10:00:00.5' {{}} +");
        Diff();
        AppliedIsAfter();
        Assert.True(Links("after") == Links("applied"), what);
    }

    [Fact]
    public void What_is_excluded_is_not_looked_into()
    {
        _folder.Shell("cd after; rm -r etc same; mkdir -p data/x; touch data/x/y");
        var result = Diff(new DiffOptions { Excluded = new HashSet<RelativePath> { RelativePath.Parse("etc"), RelativePath.Parse("data/x") } });
        Assert.Equal(["/same"], result.Deleted);
        Assert.Equal("/ data/", Names());
    }

    [Theory]
    [InlineData("touch .wh.file")]
    [InlineData("mkdir -p new/.wh..wh..opq")]
    [InlineData("mknod new c 0 0")]
    public void What_a_reader_would_take_for_a_deletion_is_refused_by_name(string change)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can make devices");
        _folder.Shell($"cd after; {change}");
        Assert.Contains(change.Split(' ')[1] == "-p" ? ".wh..wh..opq" : change.Split(' ')[1], Assert.Throws<NotSupportedException>(() => Diff()).Message, StringComparison.Ordinal);
    }

    private DiffResult Diff(DiffOptions? options = null)
    {
        Directory.CreateDirectory(_folder["diff"]);
        DiffResult result;
        using (var tar = File.Create(_folder["diff/rootfs-diff.tar"]))
            result = RootFsDiff.CreateFromTrees(_folder.Open("before"), _folder.Open("after"), tar, options);
        File.WriteAllBytes(_folder["diff/deleted.files"], DeletedFiles.Serialize(result.Deleted));
        return result;
    }

    private string Names() => _folder.Shell("echo $(tar -Ptf diff/rootfs-diff.tar)").Trim();

    private void Apply()
    {
        _folder.Shell("rm -rf applied; cp -a before applied");
        DeletedFiles.Remove(_folder.Open("diff"), _folder.Open("applied"));
        RootFsDiff.Apply(_folder.Open("diff"), _folder.Open("applied"));
    }

    private void AppliedIsAfter()
    {
        Apply();
        Assert.Equal(_folder.Listing("after"), _folder.Listing("applied"));
    }

    // Which names are one file.
    private string Links(string tree) => _folder.Shell(
        $"cd {tree}; find . -type f -links +1 -printf '%i %p\\n' | sort -k2 | awk '{{ if (!($1 in n)) n[$1] = ++c; print n[$1], $2 }}'");
}
