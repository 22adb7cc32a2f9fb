using System.Text.Json;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>Writes rootfs-diff.tar and deleted.files so that each is there whole or not at all, and none is left from before.</summary>
internal static class DiffFiles
{
    private const int BufferSize = 128 * 1024;

    /// <summary>Writes both.</summary>
    public static DiffOutput Write(RootDirectory destination, Func<Stream, DiffResult> create)
    {
        var archive = RelativePath.Parse(RootFsDiff.FileName);
        var list = RelativePath.Parse(DeletedFiles.FileName);
        var temporary = RelativePath.Parse($".{RootFsDiff.FileName}.{Guid.NewGuid():N}");
        DiffResult result;
        try
        {
            using (var tar = new FileStream(destination.CreateFile(temporary), FileAccess.ReadWrite, BufferSize))
            {
                result = create(tar);
                tar.Flush(flushToDisk: true);
            }

            destination.Remove(list);
            destination.Remove(archive);
            if (result.Changed > 0)
                destination.Rename(temporary, archive);
        }
        finally
        {
            destination.Remove(temporary);
        }

        if (result.Deleted.Count > 0)
            destination.WriteFileAtomically(list, DeletedFiles.Serialize(result.Deleted));
        destination.Flush();
        var files = new List<string>();
        if (result.Changed > 0)
            files.Add(RootFsDiff.FileName);
        if (result.Deleted.Count > 0)
            files.Add(DeletedFiles.FileName);
        return new DiffOutput(files, result.Changed, result.Bytes, result.Deleted);
    }

    /// <summary>What is printed of it.</summary>
    public static CommandOutput Describe(DiffOutput output) =>
        new(() => Text(output), () => JsonSerializer.Serialize(output, CommandLineJson.Default.DiffOutput));

    private static string Text(DiffOutput output)
    {
        var lines = new List<string>();
        foreach (var file in output.Files)
        {
            lines.Add(file == DeletedFiles.FileName
                ? $"{file}: {output.Deleted.Count} deleted"
                : $"{file}: {output.Changed} changed, {output.Bytes} bytes");
        }

        return lines.Count == 0 ? "nothing changed, nothing written" : string.Join('\n', lines);
    }
}
