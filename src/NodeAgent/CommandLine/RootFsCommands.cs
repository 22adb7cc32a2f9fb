using System.CommandLine;
using System.Text.Json;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The commands <c>rootfs …</c>.</summary>
internal static class RootFsCommands
{
    /// <summary>Makes them.</summary>
    public static Command Create() => new("rootfs", "Makes and applies the changes of a container's root file system.")
    {
        CreateDiff(),
        CreateApply(),
        CreateDelete(),
    };

    private static Argument<string> Root() => new("ROOT") { Description = "The container's root file system." };

    private static Argument<string> Source() => new("DIR") { Description = "The folder of the unpacked checkpoint." };

    private static OfflineCommand CreateDiff()
    {
        var changesFile = new Option<string>("--changes") { Description = "JSON: [{\"path\":\"/etc/x\",\"kind\":\"add\"|\"modify\"|\"delete\"}]." };
        var upperFolder = new Option<string>("--upper") { Description = "The overlay's upper folder." };
        var lowerFolders = new Option<string[]>("--lower") { Description = "One of the overlay's lower folders, topmost first; tells what opaque folders hide." };
        var excluded = new Option<string[]>("--exclude") { Description = "A path in the container that is left out, such as a volume's." };
        var root = Root();
        var folder = new Argument<string>("DEST") { Description = "The folder for rootfs-diff.tar and deleted.files." };
        var command = new OfflineCommand("diff", "Writes rootfs-diff.tar and deleted.files; one that would be empty is not written.")
        {
            changesFile, upperFolder, lowerFolders, excluded, root, folder,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(changesFile) is null == result.GetResult(upperFolder) is null)
                result.AddError("one of --changes and --upper is needed");
            foreach (var path in result.GetValue(excluded) ?? [])
            {
                if (!RelativePath.TryParse(path, out _))
                    result.AddError($"--exclude: '{path}' is no path below the root");
            }
        });
        command.Does((arguments, cancellationToken) =>
        {
            using var rootfs = RootDirectory.Open(arguments.GetRequiredValue(root));
            using var destination = RootDirectory.Open(arguments.GetRequiredValue(folder));
            var output = DiffFiles.Write(destination, Create);
            return new CommandOutput(() => Describe(output), () => JsonSerializer.Serialize(output, CommandLineJson.Default.DiffOutput));

            DiffResult Create(Stream tar)
            {
                if (arguments.GetValue(changesFile) is { } file)
                    return RootFsDiff.CreateFromChanges(ReadChanges(file), rootfs, tar, cancellationToken);
                using var upper = RootDirectory.Open(arguments.GetRequiredValue(upperFolder));
                var lower = (arguments.GetValue(lowerFolders) ?? []).Select(RootDirectory.Open).ToList();
                try
                {
                    var options = new UpperDiffOptions
                    {
                        Merged = rootfs,
                        Lower = lower,
                        Excluded = (arguments.GetValue(excluded) ?? []).Select(RelativePath.Parse).ToHashSet(),
                    };
                    return RootFsDiff.CreateFromUpper(upper, tar, options, cancellationToken);
                }
                finally
                {
                    lower.ForEach(static layer => layer.Dispose());
                }
            }
        });
        return command;
    }

    private static OfflineCommand CreateApply()
    {
        var (folder, root) = (Source(), Root());
        var command = new OfflineCommand("apply", "Applies DIR/rootfs-diff.tar, plain or compressed; DIR/deleted.files is not touched.") { folder, root };
        command.Does((arguments, cancellationToken) =>
        {
            using var source = RootDirectory.Open(arguments.GetRequiredValue(folder));
            using var rootfs = RootDirectory.Open(arguments.GetRequiredValue(root));
            var result = RootFsDiff.Apply(source, rootfs, cancellationToken: cancellationToken);
            return new CommandOutput(
                () => $"{result.Entries} entries, {result.Bytes} bytes, {result.Whiteouts} whiteouts",
                () => JsonSerializer.Serialize(result, CommandLineJson.Default.ApplyResult));
        });
        return command;
    }

    private static OfflineCommand CreateDelete()
    {
        var (folder, root) = (Source(), Root());
        var command = new OfflineCommand("delete", "Removes what DIR/deleted.files names; run it before apply, which brings back what was deleted and made anew.") { folder, root };
        command.Does((arguments, cancellationToken) =>
        {
            using var source = RootDirectory.Open(arguments.GetRequiredValue(folder));
            using var rootfs = RootDirectory.Open(arguments.GetRequiredValue(root));
            var removed = DeletedFiles.Remove(source, rootfs, cancellationToken: cancellationToken);
            return new CommandOutput(
                () => $"{removed} removed", () => JsonSerializer.Serialize(new DeletionOutput(removed), CommandLineJson.Default.DeletionOutput));
        });
        return command;
    }

    private static List<FileChange> ReadChanges(string file)
    {
        using var json = File.OpenRead(file);
        try
        {
            return JsonSerializer.Deserialize(json, CommandLineJson.Default.ListFileChange) ?? [];
        }
        catch (JsonException e)
        {
            throw new FormatException($"'{file}' is no list of changes: {e.Message}", e);
        }
    }

    private static string Describe(DiffOutput output)
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
