using System.Text.Json;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.CommandLine;

public sealed class OfflineCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_archive_is_imported_in_two_halves()
    {
        MakeArchive();
        Assert.Equal("2 entries, 9 bytes\n", Done("archive", "import", "archive", "out"));
        Assert.Equal("checkpoint dump.log", _folder.Shell("echo $(ls out)").Trim());
        Assert.Equal("2 entries, 43 bytes\n", Done("archive", "import-config", "archive", "out2"));
        Assert.Equal("config.dump spec.dump", _folder.Shell("echo $(ls -A out2)").Trim());
        Assert.Equal("runc\n", Done("archive", "runtime", "archive"));
    }

    [Fact]
    public void Inspect_prints_one_JSON_object()
    {
        MakeArchive();
        using var json = JsonDocument.Parse(Done("archive", "inspect", "archive", "-o", "json"));
        Assert.Equal("containerd", json.RootElement.GetProperty("engine").GetString());
        Assert.Equal("counter", json.RootElement.GetProperty("container").GetString());
        Assert.Equal("sha256:" + _folder.Shell("sha256sum < archive")[..64], json.RootElement.GetProperty("digest").GetString());
        Assert.Contains("container:    counter\n", Done("archive", "inspect", "archive"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_digest_is_told_where_it_is_asked_for()
    {
        MakeArchive();
        var digest = "sha256:" + _folder.Shell("sha256sum < archive")[..64];
        Assert.Equal($"2 entries, 9 bytes, {digest}\n", Done("archive", "import", "--digest", "archive", "out"));
        Assert.Equal("checkpoint dump.log", _folder.Shell("echo $(ls out)").Trim());
        using var imported = JsonDocument.Parse(Done("archive", "import", "--digest", "archive", "out2", "-o", "json"));
        Assert.Equal(digest, imported.RootElement.GetProperty("digest").GetString());
        Assert.DoesNotContain("digest", Done("archive", "inspect", "--no-digest", "archive"), StringComparison.Ordinal);
        using var inspected = JsonDocument.Parse(Done("archive", "inspect", "--no-digest", "archive", "-o", "json"));
        Assert.Equal("counter", inspected.RootElement.GetProperty("container").GetString());
        Assert.False(inspected.RootElement.TryGetProperty("digest", out _));
    }

    [Theory]
    [InlineData("image")]
    [InlineData("image.tar")]
    public void An_image_is_read_as_an_archive_is(string form)
    {
        MakeArchive();
        var image = new TestImage(File.ReadAllBytes(_folder["archive"]));
        image.Manifest["annotations"]!["org.criu.checkpoint.container.name"] = "counter";
        image.WriteTo(_folder["image"]);
        _folder.Shell("tar -C image -cf image.tar .");
        Assert.Equal("2 entries, 9 bytes\n", Done("archive", "import", form, "out"));
        Assert.Equal("2 entries, 43 bytes\n", Done("archive", "import-config", form, "out2"));
        Assert.Equal("runc\n", Done("archive", "runtime", form));
        using var json = JsonDocument.Parse(Done("archive", "inspect", form, "-o", "json"));
        Assert.Equal("counter", json.RootElement.GetProperty("annotations").GetProperty("org.criu.checkpoint.container.name").GetString());
        Assert.Contains("annotation:   org.criu.checkpoint.container.name=counter", Done("archive", "inspect", form), StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_archive_is_exit_code_3_with_one_line_that_names_the_entry()
    {
        File.WriteAllBytes(_folder["archive"], new HandmadeTar().File("good").File("bad\nname/../x").Finish());
        var run = AgentProcess.Run(_folder.Path, "archive", "import", "archive", "out");
        Assert.Equal((3, ""), (run.ExitCode, run.Output));
        Assert.Equal(@"checkpoint-agent: archive refused: PathTraversal: entry 1 'bad\x0aname/../x': a name must not hold '..'" + "\n", run.Error);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    [Theory]
    [InlineData("INT", 130, false)]
    [InlineData("TERM", 143, false)]
    [InlineData("TERM", 143, true)]
    public async Task An_import_that_is_interrupted_takes_back_what_it_wrote_and_ends_as_the_signal_says(string signal, int exitCode, bool isThere)
    {
        // As many entries as it takes a while to write, and to remove.
        var archive = new HandmadeTar();
        for (var i = 0; i < 100_000; i++)
            archive.File($"checkpoint/{i}");
        File.WriteAllBytes(_folder["archive"], archive.Finish());
        if (isThere)
            _folder.Shell("mkdir out; echo mine > out/kept");

        using var import = AgentProcess.Start(_folder.Path, "archive", "import", "archive", "out", "--max-entries", "1000000");
        while (!File.Exists(_folder["out/checkpoint/1"]))
            await Task.Yield();
        // In the middle, wherever that is: it is stopped there, and sees the signal when it goes on.
        _folder.Shell($"kill -STOP {import.Id}; kill -{signal} {import.Id}");
        Assert.False(File.Exists(_folder["out/checkpoint/99999"]));
        _folder.Shell($"kill -CONT {import.Id}");
        var error = await import.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await import.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((exitCode, "checkpoint-agent: interrupted; what was written is removed\n"), (import.ExitCode, error));
        Assert.Equal(isThere ? "archive out out/kept" : "archive", _folder.Shell("echo $(find * )").Trim());
    }

    [Fact]
    public void A_refusal_is_JSON_too_with_the_reason_s_name()
    {
        File.WriteAllBytes(_folder["archive"], new HandmadeTar().File("good").File("bad/../x").Finish());
        var run = AgentProcess.Run(_folder.Path, "archive", "import", "archive", "out", "-o", "json");
        Assert.Equal(3, run.ExitCode);
        using var json = JsonDocument.Parse(run.Output);
        Assert.Equal("PathTraversal", json.RootElement.GetProperty("reason").GetString());
        Assert.Equal(("bad/../x", 1), (json.RootElement.GetProperty("entry").GetString(), json.RootElement.GetProperty("index").GetInt32()));
    }

    [Fact]
    public void A_limit_given_is_the_one_that_holds()
    {
        MakeArchive();
        Assert.Contains("TooManyEntries", AgentProcess.Run(_folder.Path, "archive", "import", "archive", "out", "--max-entries", "3").Error, StringComparison.Ordinal);
        _folder.Shell("mkdir diff root; head -c 2000 /dev/zero > f; tar -cf diff/rootfs-diff.tar f");
        var run = AgentProcess.Run(_folder.Path, "rootfs", "apply", "diff", "root", "--max-entry-bytes", "1999");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("EntryTooLarge", run.Error, StringComparison.Ordinal);
        Done("rootfs", "apply", "diff", "root", "--max-entry-bytes", "2000");
        _folder.Shell("echo '[\"/f\"]' > diff/deleted.files");
        Assert.Contains("JsonTooLarge", AgentProcess.Run(_folder.Path, "rootfs", "delete", "diff", "root", "--max-deleted-files-bytes", "3").Error, StringComparison.Ordinal);
        foreach (var command in new[] { "runtime", "inspect" })
            Assert.Contains("JsonTooLarge", AgentProcess.Run(_folder.Path, "archive", command, "archive", "--max-json-bytes", "3").Error, StringComparison.Ordinal);
        Assert.Contains("TooManyEntries", AgentProcess.Run(_folder.Path, "archive", "memory", "archive", "--max-entries", "1").Error, StringComparison.Ordinal);
        Assert.Contains("JsonTooLarge", AgentProcess.Run(_folder.Path, "archive", "diff", "archive", "archive", "--max-json-bytes", "3").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Trees_are_compared_and_the_diff_converted_and_back()
    {
        _folder.Shell("mkdir -p old/etc diff layer back; touch old/etc/gone old/etc/kept; cp -a old new; rm new/etc/gone; echo x > new/etc/added; cp -a old applied");
        Assert.Equal("rootfs-diff.tar: 2 changed, 2 bytes\ndeleted.files: 1 deleted\n", Done("rootfs", "diff", "--before", "old", "new", "diff"));
        Assert.Equal("rootfs-diff.tar: 3 changed, 2 bytes\n", Done("rootfs", "convert", "--to", "oci", "diff", "layer"));
        Assert.Equal("etc/.wh.gone", _folder.Shell("tar -tf layer/rootfs-diff.tar | grep wh").Trim());
        Done("rootfs", "apply", "layer", "applied");
        _folder.Shell("diff -r new applied");
        Assert.Equal("rootfs-diff.tar: 2 changed, 2 bytes\ndeleted.files: 1 deleted\n", Done("rootfs", "convert", "--to", "podman", "layer", "back"));
        _folder.Shell("cmp diff/deleted.files back/deleted.files; cmp diff/rootfs-diff.tar back/rootfs-diff.tar");
    }

    [Fact]
    public void Owners_are_carried_across_a_user_namespace_s_border()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can set owners");
        _folder.Shell("mkdir -p upper root diff; touch upper/f; chown 100000:100000 upper; chown 101000:100005 upper/f; mkdir two");
        Done("rootfs", "diff", "--upper", "upper", "--uid-map", "0:100000:65536", "--gid-map", "0:100000:65536", "root", "diff");
        Assert.Equal("0/0 1000/5", _folder.Shell("echo $(tar -Ptvf diff/rootfs-diff.tar | awk '{print $2}')").Trim());
        Done("rootfs", "apply", "diff", "two", "--uid-map", "0:200000:65536", "--gid-map", "0:300000:65536");
        Assert.Equal("200000:300000 201000:300005", _folder.Shell("echo $(stat -c %u:%g two two/f)").Trim());
        var run = AgentProcess.Run(_folder.Path, "rootfs", "apply", "diff", "two", "--uid-map", "0:200000:1000", "--gid-map", "0:300000:65536");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("IdOutsideMap: entry 1 'f'", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("archive")]
    [InlineData("nonsense")]
    [InlineData("archive", "import", "only-one")]
    [InlineData("archive", "inspect", "archive", "-o", "yaml")]
    [InlineData("rootfs", "diff", "root", "dest")]
    [InlineData("rootfs", "diff", "--upper", "u", "--changes", "c", "root", "dest")]
    [InlineData("rootfs", "diff", "--upper", "u", "--exclude", "../x", "root", "dest")]
    [InlineData("rootfs", "diff", "--upper", "u", "--before", "b", "root", "dest")]
    [InlineData("rootfs", "diff", "--upper", "u", "--dialect", "aufs", "root", "dest")]
    [InlineData("rootfs", "apply", "d", "root", "--uid-map", "0:1:1")]
    [InlineData("rootfs", "apply", "d", "root", "--uid-map", "0:1", "--gid-map", "0:1:1")]
    [InlineData("rootfs", "apply", "d", "root", "--max-entries", "0")]
    [InlineData("rootfs", "convert", "d", "dest")]
    public void Wrong_usage_is_exit_code_2(params string[] arguments)
    {
        var run = AgentProcess.Run(_folder.Path, arguments);
        Assert.Equal((2, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("checkpoint-agent: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("--help", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("checkpoint-agent archive import <ARCHIVE> <DEST>", "archive", "import", "--help")]
    [InlineData("checkpoint-agent archive import <ARCHIVE> <DEST>", "archive", "import", "archive", "-h")]
    [InlineData("checkpoint-agent archive [command]", "archive", "/?")]
    [InlineData("checkpoint-agent [command]", "-?")]
    public void Help_is_given_wherever_it_is_asked_for(string usage, params string[] arguments)
    {
        var run = AgentProcess.Run(_folder.Path, arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Contains($"  {usage}", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Results_follow_each_other_in_one_file()
    {
        MakeArchive();
        _folder.Shell($"agent='{Path.Combine(AppContext.BaseDirectory, "checkpoint-agent")}'; ($agent archive runtime archive; $agent archive runtime archive) > printed; $agent archive runtime archive >> printed");
        Assert.Equal("runc\nrunc\nrunc\n", File.ReadAllText(_folder["printed"]));
    }

    [Fact]
    public void A_result_that_cannot_be_printed_is_a_fault()
    {
        MakeArchive();
        Assert.Equal("1\n", _folder.Shell($"'{Path.Combine(AppContext.BaseDirectory, "checkpoint-agent")}' archive runtime archive > /dev/full 2> error && echo 0 || echo $?"));
        Assert.StartsWith("checkpoint-agent: ", File.ReadAllText(_folder["error"]), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("archive", "import", "missing", "out")]
    [InlineData("archive", "inspect", "missing")]
    [InlineData("rootfs", "apply", "missing", "root")]
    [InlineData("rootfs", "delete", "missing", "root")]
    [InlineData("runtime", "probe", "./missing")]
    [InlineData("label", ".", "name", "no label")]
    [InlineData("label", "missing", "name", "u:r:t")]
    public void What_is_missing_is_exit_code_1_with_one_line(params string[] arguments)
    {
        var run = AgentProcess.Run(_folder.Path, arguments);
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.StartsWith("checkpoint-agent: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(run.Error.Length - 1, run.Error.IndexOf('\n', StringComparison.Ordinal));
    }

    [Fact]
    public void Named_changes_are_taken_from_one_root_and_brought_to_another()
    {
        _folder.Shell("mkdir -p one/etc two/etc diff; echo new > one/etc/new; echo changed > one/etc/both; touch two/etc/both two/etc/gone");
        _folder.Write("changes.json", """[{"path":"/etc/new","kind":"add"},{"path":"/etc/both","kind":"modify"},{"path":"/etc/gone","kind":"delete"}]""");
        Assert.Equal("rootfs-diff.tar: 2 changed, 12 bytes\ndeleted.files: 1 deleted\n", Done("rootfs", "diff", "--changes", "changes.json", "one", "diff"));
        Assert.Equal("2 entries, 12 bytes, 0 whiteouts\n", Done("rootfs", "apply", "diff", "two"));
        Assert.True(File.Exists(_folder["two/etc/gone"]));
        Assert.Equal("""{"removed":1}""", Done("rootfs", "delete", "diff", "two", "-o", "json").Replace("\n", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));
        _folder.Shell("diff -r one two");
    }

    [Fact]
    public void A_diff_leaves_no_files_of_the_one_before_it()
    {
        _folder.Shell("mkdir root diff; touch diff/rootfs-diff.tar diff/deleted.files");
        _folder.Write("changes.json", "[]");
        Assert.Equal("nothing changed, nothing written\n", Done("rootfs", "diff", "--changes", "changes.json", "root", "diff"));
        Assert.Empty(Directory.GetFileSystemEntries(_folder["diff"]));
    }

    [Theory]
    [InlineData("""[{"path":"/missing","kind":"modify"}]""", "missing")]
    [InlineData("""[{"path":"/../up","kind":"add"}]""", "..")]
    [InlineData("""[{"path":"/etc","kind":"rename"}]""", "changes.json")]
    [InlineData("""[{"path":"/etc"}]""", "changes.json")]
    public void A_faulty_change_fails_by_name_and_writes_nothing(string json, string named)
    {
        _folder.Shell("mkdir -p root/etc diff");
        _folder.Write("changes.json", json);
        var run = AgentProcess.Run(_folder.Path, "rootfs", "diff", "--changes", "changes.json", "root", "diff");
        Assert.Equal((1, ""), (run.ExitCode, run.Output));
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_folder["diff"]));
    }

    private string Done(params string[] arguments)
    {
        var run = AgentProcess.Run(_folder.Path, arguments);
        Assert.True(run is { ExitCode: 0, Error: "" }, $"{string.Join(' ', arguments)}: {run}");
        return run.Output;
    }

    private void MakeArchive() => File.WriteAllBytes(
        _folder["archive"],
        new HandmadeTar().File("config.dump", """{"name":"counter","runtime":"runc"}""").File("spec.dump", "{\"a\": 0}").File("dump.log", "log").File("checkpoint/inventory.img", "images").Finish());
}
