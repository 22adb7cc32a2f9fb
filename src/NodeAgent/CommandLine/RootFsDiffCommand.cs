using System.CommandLine;
using System.Text.Json;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The command <c>rootfs diff</c>.</summary>
internal static class RootFsDiffCommand
{
    /// <summary>Makes it.</summary>
    public static Command Create()
    {
        var changesFile = new Option<string>("--changes") { Description = "JSON: [{\"path\":\"/etc/x\",\"kind\":\"add\"|\"modify\"|\"delete\"}]." };
        var upperFolders = new Option<string[]>("--upper") { Description = "The overlay's upper folder; several, topmost first, are taken together." };
        var before = new Option<string>("--before") { Description = "The tree that ROOT is compared with." };
        var lowerFolders = new Option<string[]>("--lower") { Description = "One of the overlay's lower folders, topmost first; tells what opaque folders hide." };
        var excluded = new Option<string[]>("--exclude") { Description = "A path in the container that is left out, such as a volume's." };
        var content = new Option<bool>("--compare-content") { Description = "With --before: reads all files, also those whose size and time agree." };
        var dialect = DialectOption.Create("--dialect");
        var root = new Argument<string>("ROOT") { Description = "The container's root file system." };
        var folder = new Argument<string>("DEST") { Description = "The folder for rootfs-diff.tar and deleted.files." };
        var command = new OfflineCommand("diff", "Writes rootfs-diff.tar and deleted.files; one that would be empty is not written.")
        {
            changesFile, upperFolders, before, lowerFolders, excluded, content, dialect, root, folder,
        };
        var ids = new IdMapOptions(command);
        command.Validators.Add(result =>
        {
            if (new Option[] { changesFile, upperFolders, before }.Count(option => result.GetResult(option) is not null) != 1)
                result.AddError("one of --changes, --upper and --before is needed");
            foreach (var path in result.GetValue(excluded) ?? [])
            {
                if (!RelativePath.TryParse(path, out _))
                    result.AddError($"--exclude: '{path}' is no path below the root");
            }
        });
        command.Makes((arguments, cancellationToken) =>
        {
            using var rootfs = RootDirectory.Open(arguments.GetRequiredValue(root));
            using var destination = RootDirectory.Open(arguments.GetRequiredValue(folder));
            using var lower = new OpenFolders(arguments.GetValue(lowerFolders));
            var options = new DiffOptions
            {
                Dialect = DialectOption.Read(arguments.GetValue(dialect)),
                Merged = rootfs,
                Lower = lower.Folders,
                Excluded = (arguments.GetValue(excluded) ?? []).Select(RelativePath.Parse).ToHashSet(),
                Ids = ids.Read(arguments),
                AlwaysCompareContent = arguments.GetValue(content),
            };
            return DiffFiles.Describe(DiffFiles.Write(destination, Create));

            DiffResult Create(Stream tar)
            {
                if (arguments.GetValue(changesFile) is { } file)
                    return RootFsDiff.CreateFromChanges(ReadChanges(file), rootfs, tar, options, cancellationToken);
                if (arguments.GetValue(before) is { } old)
                {
                    using var tree = RootDirectory.Open(old);
                    return RootFsDiff.CreateFromTrees(tree, rootfs, tar, options, cancellationToken);
                }

                using var uppers = new OpenFolders(arguments.GetRequiredValue(upperFolders));
                return RootFsDiff.CreateFromUppers(uppers.Folders, tar, options, cancellationToken);
            }
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
}
