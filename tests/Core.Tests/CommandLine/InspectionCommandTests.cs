using System.Text.Json;
using CheckpointOperator.Core.Criu;
using CheckpointOperator.Core.Criu.Protos;
using CheckpointOperator.Core.Tests.Criu;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.CommandLine;

public sealed class InspectionCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CheckpointImages _images = CheckpointImages.Whole();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_environment_is_printed_only_where_it_is_asked_for()
    {
        _images.Put("mountpoints-9.img", ImageMagic.Mounts);
        Write("archive");
        foreach (var format in new[] { "tree", "json", "text" })
        {
            var all = Done("archive", "inspect", "archive", "--all", "-o", format);
            Assert.Contains("--fast", all, StringComparison.Ordinal);
            Assert.DoesNotContain("hush", all, StringComparison.Ordinal);
            Assert.Contains("SECRET=hush", Done("archive", "inspect", "archive", "--env", "-o", format), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Processes_are_printed_as_a_tree()
    {
        _images.Put("pstree.img", ImageMagic.PsTree, new PstreeEntry { Pid = 1 }, new PstreeEntry { Pid = 2, Ppid = 1 }, new PstreeEntry { Pid = 3, Ppid = 1 });
        _images.Put("core-2.img", ImageMagic.Core, new CoreEntry { Tc = new TaskCoreEntry { TaskState = 2, Comm = CheckpointImages.Bytes("child") } });
        _images.Put("core-3.img", ImageMagic.Core, new CoreEntry { Tc = new TaskCoreEntry { TaskState = 2, Comm = CheckpointImages.Bytes("other") } });
        Write("archive");
        const string tree = """
            counter (, runc)
            └─ processes
               └─ 1 counter
                  ├─ files
                  │  └─ 4 Regular /var/log/x (flags 01, position 99, close-on-exec)
                  ├─ working directory /, root /, program /bin/counter
                  ├─ 2 child
                  │  └─ state Dead
                  └─ 3 other
                     └─ state Dead

            """;
        Assert.Equal(tree, Done("archive", "inspect", "archive", "--files"));
        Assert.Equal("counter (, runc)\n└─ processes\n   └─ 2 child\n      └─ state Dead\n", Done("archive", "inspect", "archive", "--files", "--pid", "2"));
        var missing = AgentProcess.Run(_folder.Path, "archive", "inspect", "archive", "--pid", "9");
        Assert.Equal((1, ""), (missing.ExitCode, missing.Output));
        Assert.Contains("no process 9", missing.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Text_of_processes_cannot_command_a_terminal()
    {
        // Escape, C1's CSI in UTF-8, a right-to-left override, a line break, DEL.
        const string evil = "x\u001b[2J\u009b1A\u202e\n\u007f";
        var name = Google.Protobuf.ByteString.CopyFromUtf8(evil);
        _images.Put("core-1.img", ImageMagic.Core, new CoreEntry { Tc = new TaskCoreEntry { TaskState = 1, Comm = name } });
        _images.Put("files.img", ImageMagic.Files,
            new FileEntry { Type = 1, Id = 1, Reg = new RegFileEntry { Name = name } },
            new FileEntry { Type = 1, Id = 2, Reg = new RegFileEntry { Name = name } },
            new FileEntry { Type = 5, Id = 3, Usk = new UnixSkEntry { Name = name, Type = 1 } });
        _images.Put("fdinfo-1.img", ImageMagic.FdInfo, new FdinfoEntry { Id = 3, Type = 5, Fd = 4 }, new FdinfoEntry { Id = 1, Type = 1, Fd = 5 });
        _images.Put("mountpoints-9.img", ImageMagic.Mounts, new MntEntry { Mountpoint = name, Source = name, Options = name, Root = name, Fsname = name });
        var latin = System.Text.Encoding.Latin1.GetString(System.Text.Encoding.UTF8.GetBytes(evil));
        _images.PutText($"{latin}\0", $"{latin}={latin}\0");
        Write("archive");
        _images.Process(1, "y");
        Write("other");
        string[][] commands =
        [
            ["inspect", "archive", "--all", "--env"], ["inspect", "archive", "--all", "--env", "-o", "json"], ["diff", "archive", "other"],
            ["diff", "archive", "other", "-o", "json", "--show-unchanged"], ["diff", "other", "archive", "--show-unchanged"], ["memory", "archive"],
            ["memory", "archive", "--pid", "1"], ["memory", "archive", "--pid", "1", "--search", "["],
            ["memory", "archive", "--pid", "1", "--search-regex", ".", "--format", "json"],
        ];
        foreach (var command in commands)
        {
            var output = Done(["archive", .. command]);
            Assert.DoesNotContain(output, character => character != '\n' && (char.IsControl(character) || character == '\u202e'));
            Assert.DoesNotContain(output.Split('\n'), line => line.StartsWith("\\u007f", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_chain_of_very_many_processes_is_printed()
    {
        const uint length = 20_000;
        _images.Put("pstree.img", ImageMagic.PsTree, [.. Enumerable.Range(1, (int)length).Select(pid => new PstreeEntry { Pid = (uint)pid, Ppid = (uint)pid - 1 })]);
        for (var pid = 2u; pid <= length; pid++)
            _images.Put($"core-{pid}.img", ImageMagic.Core, new CoreEntry { Tc = new TaskCoreEntry { TaskState = 2, Comm = CheckpointImages.Bytes("link") } });
        Write("archive");
        Assert.Contains($"{length} link", Done("archive", "inspect", "archive", "--ps"), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(Done("archive", "inspect", "archive", "--ps", "-o", "json"));
        Assert.Equal((int)length, json.RootElement.GetProperty("processTree").GetArrayLength());
    }

    [Fact]
    public void A_difference_tells_what_appeared_vanished_and_changed()
    {
        _images.Put("mountpoints-9.img", ImageMagic.Mounts, new MntEntry { Mountpoint = CheckpointImages.Bytes("/gone"), MntId = 5 });
        Write("a");
        Assert.Equal("a → a\n", Done("archive", "diff", "a", "a"));
        _images.Process(1, "renamed");
        _images.Put("fdinfo-1.img", ImageMagic.FdInfo, new FdinfoEntry { Id = 3, Type = 1, Fd = 7 });
        _images.Put("mountpoints-9.img", ImageMagic.Mounts, new MntEntry { Mountpoint = CheckpointImages.Bytes("/come"), MntId = 6 });
        Write("b");
        using var json = JsonDocument.Parse(Done("archive", "diff", "a", "b", "-o", "json"));
        string[] Changes(string section) =>
            [.. json.RootElement.GetProperty(section).EnumerateArray().Select(change => $"{change.GetProperty("change").GetString()} {change.GetProperty("key").GetString()}")];
        Assert.Equal(["changed 1"], Changes("processes"));
        Assert.Equal(["appeared 1/7", "vanished 1/4"], Changes("files"));
        Assert.Equal(["appeared /come", "vanished /gone"], Changes("mounts"));
        Assert.Empty(Changes("memory"));
        Assert.Equal("renamed", json.RootElement.GetProperty("processes")[0].GetProperty("after").GetProperty("name").GetString());
        Assert.Contains("= 1: ", Done("archive", "diff", "a", "b", "--show-unchanged"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_root_file_system_is_compared_by_content()
    {
        File.WriteAllBytes(_folder["a"], WithDiff(new HandmadeTar().File("same", "1").File("grown", "1").File("mode", "1").File("gone", "1"), """["/x"]"""));
        File.WriteAllBytes(_folder["b"], WithDiff(new HandmadeTar().File("same", "1").File("grown", "2").File("mode", "1", 0x1ff).Symlink("come", "same"), """["/y"]"""));
        using var json = JsonDocument.Parse(Done("archive", "diff", "a", "b", "-o", "json"));
        Assert.Equal(
            ["appeared come", "appeared y (deleted)", "changed grown", "changed mode", "vanished gone", "vanished x (deleted)"],
            json.RootElement.GetProperty("rootfs").EnumerateArray()
                .Select(change => $"{change.GetProperty("change").GetString()} {change.GetProperty("key").GetString()}").Order(StringComparer.Ordinal));

        static byte[] WithDiff(HandmadeTar diff, string deleted) => new HandmadeTar()
            .File("config.dump", """{"id":"0123","name":"counter","runtime":"runc"}""").File("spec.dump", "{}")
            .Entry("rootfs-diff.tar", '0', diff.Finish()).File("deleted.files", deleted).Finish();
    }

    [Fact]
    public void Memory_goes_into_a_new_file_of_its_owner_or_into_none()
    {
        Write("archive");
        Assert.Equal("", Done("archive", "memory", "archive", "--pid", "1", "--output", "memory"));
        Assert.Equal("600", _folder.Shell("stat -c %a memory").Trim());
        Assert.Equal(2 * 4096 / 16, File.ReadLines(_folder["memory"]).Count());
        Assert.StartsWith($"{CheckpointImages.TextAddress:x16}  00 00", File.ReadLines(_folder["memory"]).First(), StringComparison.Ordinal);
        Assert.Equal(1, AgentProcess.Run(_folder.Path, "archive", "memory", "archive", "--pid", "1", "--output", "memory").ExitCode);
        Assert.Equal(1, AgentProcess.Run(_folder.Path, "archive", "memory", "archive", "--pid", "5", "--output", "none").ExitCode);
        _images.Raw("pages-1.img", [1]);
        Write("archive");
        Assert.Equal(3, AgentProcess.Run(_folder.Path, "archive", "memory", "archive", "--pid", "1", "--output", "none").ExitCode);
        Assert.False(File.Exists(_folder["none"]));
    }

    [Fact]
    public void A_search_prints_its_matches_or_its_refusal_as_JSON()
    {
        Write("archive");
        using (var json = JsonDocument.Parse(Done("archive", "memory", "archive", "--pid", "1", "--search", "SECRET=hush", "--context", "3", "--format", "json")))
        {
            var match = Assert.Single(json.RootElement.GetProperty("matches").EnumerateArray());
            Assert.Equal($"{CheckpointImages.TextAddress + CheckpointImages.PageSize:x16}", match.GetProperty("address").GetString());
            Assert.Equal(("SECRET=hush", 11), (match.GetProperty("text").GetString(), match.GetProperty("length").GetInt32()));
            Assert.Equal("st\0"u8.ToArray(), match.GetProperty("before").GetBytesFromBase64());
            Assert.Equal("\0EM"u8.ToArray(), match.GetProperty("after").GetBytesFromBase64());
        }

        _images.Raw("pages-1.img", [1]);
        Write("archive");
        var refused = AgentProcess.Run(_folder.Path, "archive", "memory", "archive", "--pid", "1", "--search", "x", "--format", "json");
        Assert.Equal(3, refused.ExitCode);
        using var refusal = JsonDocument.Parse(refused.Output);
        Assert.Equal("InvalidCriuImage", refusal.RootElement.GetProperty("reason").GetString());
    }

    [Fact]
    public void Lines_that_repeat_are_a_star()
    {
        Write("archive");
        var lines = Done("archive", "memory", "archive", "--pid", "1").Split('\n');
        Assert.Equal("*", lines[1]);
        Assert.Contains(lines, line => line.Contains("counter.--fast.|", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("archive", "memory", "archive", "--search", "x")]
    [InlineData("archive", "memory", "archive", "--pid", "1", "--search", "x", "--search-regex", "x")]
    [InlineData("archive", "memory", "archive", "--pid", "1", "--search", "")]
    [InlineData("archive", "memory", "archive", "--pid", "1", "--context", "5")]
    [InlineData("archive", "memory", "archive", "--pid", "1", "--search", "x", "--context", "-1")]
    [InlineData("archive", "memory", "archive", "--pid", "1", "--format", "json")]
    [InlineData("archive", "inspect", "archive", "--pid", "x")]
    [InlineData("archive", "diff", "archive")]
    public void Wrong_usage_is_exit_code_2(params string[] arguments) => Assert.Equal(2, AgentProcess.Run(_folder.Path, arguments).ExitCode);

    private void Write(string name) => File.WriteAllBytes(_folder[name], _images.Tar());

    private string Done(params string[] arguments)
    {
        var run = AgentProcess.Run(_folder.Path, arguments);
        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        return run.Output;
    }
}
