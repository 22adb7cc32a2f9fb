using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Packaging;

public sealed partial class PackageTests(Package package) : IClassFixture<Package>
{
    private const string Library = "lib/net10.0/CheckpointOperator.Core";

    [Fact]
    public void It_holds_the_library_its_documentation_a_README_and_symbols_and_nothing_else()
    {
        // NuGet's own parts aside: the manifest and those of the Open Packaging Conventions.
        var files = Files(package.ContentPath).Where(name => !name.StartsWith('[') && !name.StartsWith('_') && !name.StartsWith("package/", StringComparison.Ordinal));
        Assert.Equal(["CheckpointOperator.Core.nuspec", "README.md", $"{Library}.dll", $"{Library}.xml"], files);
        Assert.Contains($"{Library}.pdb", Files(package.SymbolPath));
    }

    [Fact]
    public void Its_manifest_names_licence_README_and_purpose()
    {
        var metadata = XDocument.Load(Path.Combine(package.ContentPath, "CheckpointOperator.Core.nuspec")).Root!.Elements().Single();
        string Value(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;
        Assert.Equal("Apache-2.0", Value("license"));
        Assert.Equal("README.md", Value("readme"));
        Assert.NotEmpty(Value("description"));
        Assert.NotEmpty(Value("authors"));
        Assert.Contains("CRIU", Value("tags").Split(' '));
    }

    [Fact]
    public void Every_public_type_is_documented()
    {
        var documented = XDocument.Load(Path.Combine(package.ContentPath, $"{Library}.xml")).Descendants("member").Select(member => member.Attribute("name")!.Value).ToHashSet();
        Assert.All(typeof(Core.Archives.ArchiveLimits).Assembly.GetExportedTypes(), type => Assert.Contains($"T:{type.FullName}", documented));
    }

    [Fact]
    public void It_is_made_for_trimming_and_ahead_of_time()
    {
        using var file = new PEReader(File.OpenRead(Path.Combine(package.ContentPath, $"{Library}.dll")));
        var reader = file.GetMetadataReader();
        var metadata = reader.GetAssemblyDefinition().GetCustomAttributes()
            .Select(handle => Encoding.UTF8.GetString(reader.GetBlobBytes(reader.GetCustomAttribute(handle).Value)))
            .ToList();
        Assert.Contains(metadata, value => value.Contains("IsTrimmable", StringComparison.Ordinal) && value.Contains("True", StringComparison.Ordinal));
        Assert.Contains(metadata, value => value.Contains("IsAotCompatible", StringComparison.Ordinal) && value.Contains("True", StringComparison.Ordinal));
    }

    [Fact]
    public void No_path_of_the_machine_that_made_it_is_in_it()
    {
        string[] paths = [RepositoryFolder.Path, Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), Path.GetTempPath().TrimEnd('/')];
        foreach (var file in Directory.EnumerateFiles(package.ContentPath, "*", SearchOption.AllDirectories).Concat(Directory.EnumerateFiles(package.SymbolPath, "*", SearchOption.AllDirectories)))
        {
            var content = File.ReadAllBytes(file);
            foreach (var path in paths.Where(path => path.Length > 1))
            {
                Assert.True(content.AsSpan().IndexOf(Encoding.UTF8.GetBytes($"{path}/")) < 0, $"{file} names {path}");
                Assert.True(content.AsSpan().IndexOf(Encoding.Unicode.GetBytes($"{path}/")) < 0, $"{file} names {path}");
            }
        }
    }

    [Fact]
    public void Its_symbols_name_every_source_file_below_one_root_that_is_nobody_s()
    {
        using var provider = MetadataReaderProvider.FromPortablePdbStream(File.OpenRead(Path.Combine(package.SymbolPath, $"{Library}.pdb")));
        var reader = provider.GetMetadataReader();
        var names = reader.Documents.Select(handle => reader.GetString(reader.GetDocument(handle).Name)).ToList();
        Assert.True(names.Count > 50);
        Assert.All(names, name => Assert.StartsWith("/_/src/Core/", name, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_examples_of_its_README_do_what_they_say()
    {
        var examples = CodeBlock().Matches(File.ReadAllText(Path.Combine(package.ContentPath, "README.md"))).Select(match => match.Groups["code"].Value).ToList();
        Assert.Equal(2, examples.Count);
        var program = await package.BuildAsync(Program(examples));

        var folder = package.Folder;
        folder.Shell("""
            mkdir -p in/checkpoint bundle root/etc diff/etc
            echo '{"id":"abc","name":"counter","runtime":"runc"}' > in/config.dump
            echo '{"annotations":{"io.container.manager":"libpod"}}' > in/spec.dump
            echo image > in/checkpoint/inventory.img
            echo '["/etc/gone"]' > in/deleted.files
            echo new > diff/etc/new; tar -C diff -cf in/rootfs-diff.tar etc/new
            touch root/etc/gone
            tar -C in -cf archive .
            """);
        folder.Shell($"'{program}' 0 archive bundle root > first; '{program}' 1 archive bundle root > second");
        Assert.Matches("^counter of Podman, [0-9]+ entries\n[0-9]+ entries, [0-9]+ bytes below bundle\n$", File.ReadAllText(folder["first"]));
        Assert.Equal("1 entries written, 1 deleted\n", File.ReadAllText(folder["second"]));
        Assert.Equal("new\n", File.ReadAllText(folder["root/etc/new"]));
        Assert.False(File.Exists(folder["root/etc/gone"]));

        File.WriteAllBytes(folder["attack"], new HandmadeTar().File("../outside", "x").Finish());
        folder.Shell($"'{program}' 0 attack bundle root > refused");
        Assert.Equal("PathTraversal at entry 0: ../outside\n", File.ReadAllText(folder["refused"]));
    }

    /// <summary>One program of all examples: the first argument says which, the rest is the example's.</summary>
    private static string Program(IReadOnlyList<string> examples)
    {
        var lines = examples.Select(example => example.Split('\n')).ToList();
        var usings = lines.SelectMany(example => example).Where(IsUsing).Distinct().Order(StringComparer.Ordinal);
        var functions = lines.Select((example, number) => $"static void Example{number}(string[] args)\n{{\n{string.Join('\n', example.Where(line => !IsUsing(line)))}\n}}");
        var choice = string.Join('\n', lines.Select((_, number) => $"if (args[0] == \"{number}\") Example{number}(args[1..]);"));
        return $"{string.Join('\n', usings)}\n{choice}\n{string.Join('\n', functions)}\n";

        static bool IsUsing(string line) => line.StartsWith("using ", StringComparison.Ordinal) && !line.Contains('=', StringComparison.Ordinal);
    }

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file)).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"^```csharp\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CodeBlock();
}
