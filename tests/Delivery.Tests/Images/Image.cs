using System.Formats.Tar;
using System.Text.Json.Nodes;

namespace CheckpointOperator.Delivery.Tests.Images;

/// <summary>An image as <c>eng/images</c> left it: an archive of docker's layout, and its bill of materials beside it.</summary>
public sealed class Image
{
    private Image(string archive, JsonObject config, string digest, SortedDictionary<string, ImageFile> files)
    {
        Archive = archive;
        Configuration = config;
        Digest = digest;
        Files = files;
        Bill = JsonNode.Parse(File.ReadAllText(Path.ChangeExtension(archive, ".spdx.json")))!.AsObject();
    }

    /// <summary>The archive's path.</summary>
    public string Archive { get; }

    /// <summary>The image's configuration, by the names of the OCI image specification.</summary>
    public JsonObject Configuration { get; }

    /// <summary>SHA-256 of the configuration, which holds those of all layers: 64 hexadecimal digits.</summary>
    public string Digest { get; }

    /// <summary>What is in it, by path.</summary>
    public SortedDictionary<string, ImageFile> Files { get; }

    /// <summary>The SPDX document.</summary>
    public JsonObject Bill { get; }

    /// <summary>amd64 or arm64.</summary>
    public string Architecture => (string)Configuration["architecture"]!;

    /// <summary>The labels org.opencontainers.image.*, by what comes after.</summary>
    public Dictionary<string, string> OciLabels => Configuration["config"]!["Labels"]!.AsObject()
        .ToDictionary(pair => pair.Key["org.opencontainers.image.".Length..], pair => (string)pair.Value!);

    /// <summary>When it was made, as it tells itself.</summary>
    public DateTimeOffset Created => DateTimeOffset.Parse((string)Configuration["created"]!, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Reads an archive.</summary>
    public static Image Read(string archive)
    {
        Dictionary<string, byte[]> parts = ReadTar(File.OpenRead(archive)).Where(file => file.IsRegular).ToDictionary(file => file.Path, file => file.Content);
        JsonObject manifest = JsonNode.Parse(parts["manifest.json"])!.AsArray().Single()!.AsObject();
        string config = (string)manifest["Config"]!;
        SortedDictionary<string, ImageFile> files = new(StringComparer.Ordinal);
        foreach (JsonNode? layer in manifest["Layers"]!.AsArray())
        {
            foreach (ImageFile file in ReadTar(new MemoryStream(parts[(string)layer!])))
                files[file.Path] = file;
        }
        return new Image(archive, JsonNode.Parse(parts[config])!.AsObject(), Path.GetFileNameWithoutExtension(config), files);
    }

    /// <summary>Writes its files below a folder, as a container would see them.</summary>
    public async Task UnpackAsync(string folder)
    {
        // tar, because a link of the image leads to a folder of the image, not of this machine.
        string manifest = await Repository.RunAsync("tar", ["--extract", "--to-stdout", "--file", Archive, "manifest.json"]);
        foreach (JsonNode? layer in JsonNode.Parse(manifest)![0]!["Layers"]!.AsArray())
            await Repository.RunAsync("sh", ["-c", $"tar --extract --to-stdout --file '{Archive}' '{layer}' | tar --extract --directory '{folder}'"]);
    }

    private static List<ImageFile> ReadTar(Stream stream)
    {
        List<ImageFile> files = [];
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry(copyData: true) is { } entry)
        {
            byte[] content = [];
            if (entry.DataStream is { } data)
            {
                content = new byte[data.Length];
                data.ReadExactly(content);
            }
            files.Add(new ImageFile(entry.Name.Trim('/'), entry, content));
        }
        return files;
    }
}
