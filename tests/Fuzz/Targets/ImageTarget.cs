using System.Security.Cryptography;
using System.Text;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>
/// OCI images of checkpoints, as <see cref="Records"/> of the kinds below. In the JSON of one part <c>@3</c> stands for the digest of the part of
/// kind 3 and <c>#3</c> for its length, or nothing would get behind the digests.
/// </summary>
internal static class ImageTarget
{
    internal const int Index = 0;
    internal const int InnerIndex = 1;
    internal const int Manifest = 2;
    internal const int Configuration = 3;
    internal const int Layer = 4;

    // The input's first byte: whether the index comes first, and whether the layout is a folder.
    internal const byte IndexFirst = 1;
    internal const byte InFolder = 2;

    internal static void Run(byte[] input)
    {
        if (input.Length == 0)
            return;
        var files = Files(input);
        if ((input[0] & IndexFirst) != 0)
            files.Reverse();
        if ((input[0] & InFolder) == 0)
        {
            using var archive = CheckpointArchive.Open(InputFile.With(Tar(files)), FuzzLimits.Archive);
            Read(archive);
            return;
        }

        using var sandbox = new Sandbox();
        foreach (var (name, content) in files)
        {
            var path = RelativePath.Parse(name);
            sandbox.Bundle.MakeDirectories(path.Parent);
            sandbox.Bundle.WriteFileAtomically(path, content);
        }

        using var layout = CheckpointArchive.Open(sandbox.Bundle, FuzzLimits.Archive);
        Read(layout);
    }

    private static void Read(CheckpointArchive archive)
    {
        // Whoever inspects the whole image must not be told another identity than who reads its metadata alone.
        var metadata = archive.ReadMetadata();
        var summary = archive.InspectAndHash().Summary;
        if ((metadata.Namespace, metadata.Pod, metadata.Container) != (summary.Namespace, summary.Pod, summary.Container))
            throw new FindingException("the metadata names another container than the inspection");
    }

    private static List<(string Name, byte[] Content)> Files(byte[] input)
    {
        var parts = new byte[Layer + 1][];
        foreach (var (kind, content) in Records.Read(input))
            parts[kind % parts.Length] = content;
        var files = new List<(string, byte[])>();
        for (var kind = Layer; kind >= Index; kind--)
        {
            if (parts[kind] is not { } part)
                continue;
            parts[kind] = part = kind == Layer ? SealedTar.Seal(part) : Fill(part, parts, kind);
            files.Add((kind == Index ? "index.json" : $"blobs/sha256/{Convert.ToHexStringLower(SHA256.HashData(part))}", part));
        }

        files.Add(("oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray()));
        return files;
    }

    // Each byte a character, so that what is no UTF-8 stays as it is.
    private static byte[] Fill(byte[] json, byte[][] parts, int above)
    {
        var text = new StringBuilder(Encoding.Latin1.GetString(json));
        for (var kind = above + 1; kind < parts.Length; kind++)
        {
            if (parts[kind] is not { } part)
                continue;
            text.Replace($"@{kind}", $"sha256:{Convert.ToHexStringLower(SHA256.HashData(part))}");
            text.Replace($"#{kind}", $"{part.Length}");
        }

        return Encoding.Latin1.GetBytes(text.ToString());
    }

    private static byte[] Tar(List<(string Name, byte[] Content)> files)
    {
        using var tar = new MemoryStream();
        var writer = new TarWriter(tar);
        foreach (var (name, content) in files)
            writer.WriteBytes(new TarEntry { Path = RelativePath.Parse(name), Type = TarEntryType.Regular, Mode = 0x180 }, content);
        writer.Complete();
        return tar.ToArray();
    }
}
