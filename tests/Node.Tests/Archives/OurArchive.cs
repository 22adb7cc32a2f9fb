using System.Text;

using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>Archives written by us: CRIU's images and the configuration are the engine's, everything else is archived anew.</summary>
internal static class OurArchive
{
    private const string SharedMemory = "devshm-checkpoint.tar";

    // podman's log of the container has what came after the checkpoint, too.
    private static readonly string[] NotCopied = ["config.dump", "spec.dump", "ctr.log", SharedMemory, RootFsDiff.FileName, DeletedFiles.FileName];

    /// <summary>Writes one of a container, with a diff of ours and another volume instead of its own, and returns its path in the node.</summary>
    public static async Task<string> WriteAsync(NodeFixture node, ChangedContainer container)
    {
        string folder = container.MakeFolder("ours");
        Rewrite(
            node, await container.ExportAsync("--compress none"), folder, $"{folder}.tar", tar => ContainerDiff.OfUpper(node, container.Overlay, tar).Deleted,
            text => text.Replace(container.Volume, container.OtherVolume, StringComparison.Ordinal));
        return $"{folder}.tar";
    }

    /// <summary>Unpacks an engine's archive and writes what is in it into a new archive.</summary>
    /// <param name="node">The node, whose paths the others are.</param>
    /// <param name="export">The engine's archive.</param>
    /// <param name="folder">An empty folder.</param>
    /// <param name="archive">The new archive.</param>
    /// <param name="writeDiff">Writes the new archive's rootfs-diff.tar and returns what was deleted.</param>
    /// <param name="rename">Changes names in the configuration and of volumes.</param>
    public static void Rewrite(
        NodeFixture node, string export, string folder, string archive, Func<Stream, IReadOnlyList<string>> writeDiff, Func<string, string>? rename = null)
    {
        using var source = CheckpointArchive.Open(node.PathOf(export));
        using var unpacked = RootDirectory.Open(node.PathOf(folder));
        source.ImportWithoutConfig(unpacked);
        source.ImportConfig(unpacked);
        using FileStream file = File.Create(node.PathOf(archive));
        using var writer = new CheckpointArchiveWriter(file.SafeFileHandle);
        rename ??= static text => text;
        foreach (string name in (string[])["config.dump", "spec.dump"])
            writer.AddBytes(name, Encoding.UTF8.GetBytes(rename(File.ReadAllText(node.PathOf($"{folder}/{name}")))));
        string[] others = [.. Directory.GetFiles(node.PathOf(folder)).Select(path => Path.GetFileName(path)).Except(NotCopied)];
        foreach (string name in others)
            writer.AddBytes(name, File.ReadAllBytes(node.PathOf($"{folder}/{name}")));
        using (RootDirectory images = unpacked.OpenDirectory(RelativePath.Parse("checkpoint")))
            writer.AddTree("checkpoint", images);
        foreach (string volume in source.Inspect().Volumes)
            AddTreeOf(writer, unpacked, $"volumes/{volume}.tar", $"volumes/{rename(volume)}.tar");
        if (File.Exists(node.PathOf($"{folder}/{SharedMemory}")))
            AddTreeOf(writer, unpacked, SharedMemory, SharedMemory);
        IReadOnlyList<string> deleted;
        using (Stream tar = writer.BeginNested(RootFsDiff.FileName))
            deleted = writeDiff(tar);
        writer.AddBytes(DeletedFiles.FileName, DeletedFiles.Serialize(deleted));
        writer.Complete();
    }

    // Unpacked and archived again, both by us.
    private static void AddTreeOf(CheckpointArchiveWriter writer, RootDirectory unpacked, string source, string name)
    {
        RelativePath path = RelativePath.Parse(source[..^".tar".Length]);
        unpacked.MakeDirectories(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using RootDirectory content = unpacked.OpenDirectory(path);
        using (var tar = new FileStream(unpacked.OpenFileNoFollow(RelativePath.Parse(source)), FileAccess.Read))
            TreeArchive.Extract(tar, content);
        using Stream nested = writer.BeginNested(name);
        TreeArchive.Write(content, nested);
    }
}
