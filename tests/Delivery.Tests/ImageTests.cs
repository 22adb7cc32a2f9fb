using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace CheckpointOperator.Delivery.Tests;

/// <summary>What is in the images, and what is not. <c>make test-images architecture=arm64</c> asks the same of the other architecture's.</summary>
public sealed partial class ImageTests(ImageFixture images) : IClassFixture<ImageFixture>
{
    // What eng/image-root writes itself; all else is a package's or a program of ours.
    private static readonly string[] Written = ["etc/group", "etc/nsswitch.conf", "etc/passwd", "etc/ssl/certs/ca-certificates.crt"];

    [Theory]
    [InlineData("operator", "checkpoint-operator")]
    [InlineData("agent", "checkpoint-agent", "checkpoint-restore-runtime")]
    public void Nothing_but_our_programs_can_be_started(string name, params string[] programs)
    {
        IEnumerable<ImageFile> startable = images[name].Files.Values.Where(file => file.IsExecutable && !IsLibrary(file));
        Assert.Equal(programs.Select(program => $"usr/local/bin/{program}"), startable.Select(file => file.Path));
        Assert.DoesNotContain(images[name].Files.Values.Where(file => !file.IsFolder).Select(file => file.Path), path => Regex.IsMatch(path, "(^|/)(sh|bash|dash|busybox|apt|apt-get|dpkg|perl|python3?)$"));
    }

    [Fact]
    public void The_operator_is_nobody_and_the_agent_root_of_its_node()
    {
        Assert.Equal("65532:65532", (string?)images["operator"].Configuration["config"]!["User"]);
        Assert.Equal("0:0", (string?)images["agent"].Configuration["config"]!["User"]);
    }

    // docs/install.md tells the bounds.
    [Theory]
    [InlineData("operator", 40)]
    [InlineData("agent", 48)]
    public void It_is_small(string name, int mebibytes) =>
        Assert.InRange(images[name].Files.Values.Sum(file => file.Content.LongLength), 1, mebibytes * 1024L * 1024);

    [Theory]
    [InlineData("operator")]
    [InlineData("agent")]
    public void Every_file_is_as_its_package_has_it_or_ours(string name)
    {
        Image image = images[name];
        Dictionary<string, string> sums = image.Files.Where(pair => pair.Key.StartsWith("var/lib/dpkg/status.d/", StringComparison.Ordinal) && pair.Key.EndsWith(".md5sums", StringComparison.Ordinal))
            .SelectMany(pair => Encoding.UTF8.GetString(pair.Value.Content).Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(line => line[34..], line => line[..32]);
        // A package's configuration has no sum; nobody changes the two that come along.
        string[] unknown = [.. image.Files.Values.Where(file => file.IsRegular && !sums.ContainsKey(file.Path)).Select(file => file.Path)
            .Where(path => !path.StartsWith("var/lib/dpkg/status.d/", StringComparison.Ordinal) && !path.StartsWith("usr/local/bin/checkpoint-", StringComparison.Ordinal))];
        Assert.Equal(Written.Append("etc/debian_version").Order(), unknown.Order());
#pragma warning disable CA5351 // dpkg's sums are MD5
        Assert.All(sums, pair => Assert.Equal(pair.Value, Convert.ToHexStringLower(MD5.HashData(image.Files[pair.Key].Content))));
#pragma warning restore CA5351
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("agent")]
    public void Nobody_can_change_it_and_nothing_in_it_gives_rights(string name)
    {
        const UnixFileMode Dangerous = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite | UnixFileMode.SetUser | UnixFileMode.SetGroup;
        foreach (ImageFile file in images[name].Files.Values)
        {
            Assert.Equal((0, 0), (file.Entry.Uid, file.Entry.Gid));
            Assert.True(file.Entry.EntryType is TarEntryType.SymbolicLink || (file.Entry.Mode & Dangerous) == 0, $"{file.Path} has the mode {file.Entry.Mode}");
            Assert.True(file.IsRegular || file.Entry.EntryType is TarEntryType.Directory or TarEntryType.SymbolicLink, $"{file.Path} is a {file.Entry.EntryType}");
        }
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("agent")]
    public async Task Every_library_that_is_needed_is_there(string name)
    {
        Image image = images[name];
        HashSet<string> present = [.. image.Files.Keys.Select(path => Path.GetFileName(path))];
        string folder = Directory.CreateTempSubdirectory("image-").FullName;
        try
        {
            foreach (ImageFile file in image.Files.Values.Where(file => file.Content.AsSpan().StartsWith("\x7fELF"u8)))
            {
                string copy = Path.Combine(folder, Path.GetFileName(file.Path));
                await File.WriteAllBytesAsync(copy, file.Content, TestContext.Current.CancellationToken);
                string dynamic = await Repository.RunAsync("readelf", ["--dynamic", "--wide", copy]);
                Assert.All(Needed().Matches(dynamic), match => Assert.Contains(match.Groups[1].Value, present));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        // .NET looks these up when it first needs them.
        Assert.Contains("libssl.so.3", present);
        Assert.Contains("libcrypto.so.3", present);
    }

    [Fact]
    public async Task The_programs_start_with_what_the_image_has_alone()
    {
        // The operator tells a wrong setting before it looks for an API server.
        (int exitCode, _, string error) = await StartAsync("operator", "/usr/local/bin/checkpoint-operator", "--HealthPort=99999");
        Assert.Equal(2, exitCode);
        Assert.Contains("CHECKPOINT_OPERATOR_HEALTHPORT is 99999", error, StringComparison.Ordinal);

        (exitCode, string output, error) = await StartAsync("agent", "/usr/local/bin/checkpoint-agent", "--version");
        Assert.True(exitCode == 0, error);
        Assert.StartsWith("0.", output, StringComparison.Ordinal);

        (exitCode, _, error) = await StartAsync("agent", "/usr/local/bin/checkpoint-restore-runtime", "--version");
        Assert.Equal(1, exitCode);
        Assert.Contains("`checkpoint-agent install-runtime` writes them", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("agent")]
    public async Task Its_labels_tell_what_it_is_and_of_which_commit(string name)
    {
        Dictionary<string, string> labels = images[name].OciLabels;
        Assert.Equal(["created", "description", "licenses", "revision", "title", "vendor", "version"], labels.Keys.Order());
        Assert.Equal($"checkpoint-{name}", labels["title"]);
        Assert.Equal("Apache-2.0", labels["licenses"]);
        Assert.Equal(images[name].Created, DateTimeOffset.Parse(labels["created"], System.Globalization.CultureInfo.InvariantCulture));
        Assert.All(labels.Values, Assert.NotEmpty);
        string commit = labels["revision"].Split('-')[0];
        Assert.Equal("commit", (await Repository.RunAsync("git", ["cat-file", "-t", commit])).Trim());
    }

    private static bool IsLibrary(ImageFile file) => Path.GetFileName(file.Path).Contains(".so", StringComparison.Ordinal);

    private async Task<(int ExitCode, string Output, string Error)> StartAsync(string name, params string[] command)
    {
        string folder = Directory.CreateTempSubdirectory("image-").FullName;
        try
        {
            await images[name].UnpackAsync(folder);
            string machine = (await Repository.RunAsync("dpkg", ["--print-architecture"])).Trim();
            if (images[name].Architecture != machine)
            {
                string emulator = images[name].Architecture == "arm64" ? "qemu-aarch64-static" : "qemu-x86_64-static";
                File.Copy($"/usr/bin/{emulator}", Path.Combine(folder, emulator));
                command = [$"/{emulator}", .. command];
            }
            // As a container has it, and gone with the process.
            Directory.CreateDirectory(Path.Combine(folder, "proc"));
            return await Repository.TryAsync("unshare", ["--mount", "sh", "-c", "mount --bind /proc \"$0/proc\" && exec chroot \"$0\" \"$@\"", folder, .. command]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [GeneratedRegex(@"\(NEEDED\)\s+Shared library: \[(.+)\]")]
    private static partial Regex Needed();
}
