using System.Text;

using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>Archives written by us: CRIU's images and the configuration are podman's, everything else is archived anew.</summary>
internal static class OurArchive
{
    /// <summary>Writes one of a container, whose volume becomes another one, and returns its path in the node.</summary>
    public static async Task<string> WriteAsync(NodeFixture node, ChangedContainer container)
    {
        string folder = container.MakeFolder("ours");
        using (var export = CheckpointArchive.Open(node.PathOf(await container.ExportAsync("--compress none"))))
        using (var unpacked = RootDirectory.Open(node.PathOf(folder)))
        {
            export.ImportWithoutConfig(unpacked);
            export.ImportConfig(unpacked);
            using FileStream file = File.Create(node.PathOf($"{folder}.tar"));
            using var writer = new CheckpointArchiveWriter(file.SafeFileHandle);
            foreach (string name in (string[])["config.dump", "spec.dump"])
                writer.AddBytes(name, Encoding.UTF8.GetBytes(File.ReadAllText(node.PathOf($"{folder}/{name}")).Replace(container.Volume, container.OtherVolume, StringComparison.Ordinal)));
            using (RootDirectory images = unpacked.OpenDirectory(RelativePath.Parse("checkpoint")))
                writer.AddTree("checkpoint", images);
            AddTreeOf(writer, unpacked, $"volumes/{container.Volume}.tar", $"volumes/{container.OtherVolume}.tar");
            AddTreeOf(writer, unpacked, "devshm-checkpoint.tar", "devshm-checkpoint.tar");
            DiffResult diff;
            using (Stream tar = writer.BeginNested(RootFsDiff.FileName))
                diff = ContainerDiff.OfUpper(node, container, tar);
            writer.AddBytes(DeletedFiles.FileName, DeletedFiles.Serialize(diff.Deleted));
            writer.Complete();
        }
        return $"{folder}.tar";
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
