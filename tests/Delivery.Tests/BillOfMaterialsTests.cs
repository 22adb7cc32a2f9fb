using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace CheckpointOperator.Delivery.Tests;

/// <summary>The SPDX document beside each image, against the image.</summary>
public sealed class BillOfMaterialsTests(ImageFixture images) : IClassFixture<ImageFixture>
{
    [Theory]
    [InlineData("operator")]
    [InlineData("agent")]
    public void It_is_of_this_image_and_what_it_names_is_related(string name)
    {
        Image image = images[name];
        Assert.Equal("SPDX-2.3", (string?)image.Bill["spdxVersion"]);
        Assert.Equal("CC0-1.0", (string?)image.Bill["dataLicense"]);
        Assert.EndsWith($"sha256-{image.Digest}", (string?)image.Bill["documentNamespace"], StringComparison.Ordinal);
        Assert.Equal((string?)image.Configuration["created"], (string?)image.Bill["creationInfo"]!["created"]);
        string[] elements = [.. Packages(image).Select(package => (string)package["SPDXID"]!)];
        Assert.Equal(elements.Distinct(), elements);
        Assert.Equal(elements.Order(), image.Bill["relationships"]!.AsArray().Select(relation => (string)relation!["relatedSpdxElement"]!).Order());
        Assert.Equal(image.Digest, Checksum(Packages(image).Single(package => (string?)package["primaryPackagePurpose"] == "CONTAINER")));
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("agent")]
    public void It_names_the_debian_packages_and_programs_that_are_in_the_image(string name)
    {
        Image image = images[name];
        IEnumerable<string> records = image.Files.Where(pair => pair.Key.StartsWith("var/lib/dpkg/status.d/", StringComparison.Ordinal) && !pair.Key.EndsWith(".md5sums", StringComparison.Ordinal) && pair.Value.IsRegular)
            .Select(pair => Encoding.UTF8.GetString(pair.Value.Content).Split('\n'))
            .Select(lines => $"{Field(lines, "Package")} {Field(lines, "Version")}");
        Assert.Equal(records.Order(), Packages(image).Where(package => Location(package).StartsWith("pkg:deb/", StringComparison.Ordinal)).Select(package => $"{package["name"]} {package["versionInfo"]}").Order());

        IEnumerable<string> programs = image.Files.Values.Where(file => file.IsRegular && file.Path.StartsWith("usr/local/bin/", StringComparison.Ordinal))
            .Select(file => $"{Path.GetFileName(file.Path)} {Convert.ToHexStringLower(SHA256.HashData(file.Content))}");
        Assert.Equal(programs.Order(), Packages(image).Where(package => (string?)package["primaryPackagePurpose"] == "APPLICATION").Select(package => $"{package["name"]} {Checksum(package)}").Order());
    }

    [Theory]
    [InlineData("operator", "Operator")]
    [InlineData("agent", "NodeAgent", "RestoreRuntime")]
    public void It_names_what_is_linked_into_the_programs_by_their_lock_files(string name, params string[] projects)
    {
        HashSet<string> locked = [];
        foreach (string project in projects)
        {
            JsonObject dependencies = JsonNode.Parse(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "src", project, "packages.lock.json")))!["dependencies"]!.AsObject();
            locked.UnionWith(dependencies["net10.0"]!.AsObject().Where(pair => pair.Value!["resolved"] is not null).Select(pair => $"{pair.Key} {pair.Value!["resolved"]}"));
        }
        HashSet<string> named = [.. Packages(images[name]).Where(package => Location(package).StartsWith("pkg:nuget/", StringComparison.Ordinal)).Select(package => $"{package["name"]} {package["versionInfo"]}")];

        string runtime = Assert.Single(named.Except(locked));
        Assert.StartsWith("Microsoft.NETCore.App.Runtime.NativeAOT.linux-", runtime, StringComparison.Ordinal);
        // What compiles, trims or generates sources, and is in no program.
        Assert.All(locked.Except(named), tool => Assert.Matches("ILCompiler|ILLink|Analyzers", tool));
    }

    private static IEnumerable<JsonNode> Packages(Image image) => image.Bill["packages"]!.AsArray().Select(package => package!);

    private static string Location(JsonNode package) => (string?)package["externalRefs"]?[0]!["referenceLocator"] ?? "";

    private static string Checksum(JsonNode package) => (string)package["checksums"]![0]!["checksumValue"]!;

    private static string Field(string[] lines, string name) => lines.Single(line => line.StartsWith($"{name}: ", StringComparison.Ordinal))[(name.Length + 2)..];
}
