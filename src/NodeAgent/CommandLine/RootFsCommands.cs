using System.CommandLine;
using System.Text.Json;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The commands <c>rootfs …</c>.</summary>
internal static class RootFsCommands
{
    /// <summary>All of them.</summary>
    public static CommandGroup Group { get; } = new(
        "rootfs",
        "Makes and applies the changes of a container's root file system.",
        ("diff", RootFsDiffCommand.Create),
        ("convert", ConvertCommand.Create),
        ("apply", CreateApply),
        ("delete", CreateDelete));

    private static Argument<string> Root() => new("ROOT") { Description = "The container's root file system." };

    private static Argument<string> Source() => new("DIR") { Description = "The folder of the unpacked checkpoint." };

    private static OfflineCommand CreateApply()
    {
        var (folder, root) = (Source(), Root());
        var command = new OfflineCommand("apply", "Applies DIR/rootfs-diff.tar, plain or compressed; DIR/deleted.files is not touched.") { folder, root };
        var (limits, ids) = (new LimitOptions(command), new IdMapOptions(command));
        command.Does((arguments, cancellationToken) =>
        {
            using var source = RootDirectory.Open(arguments.GetRequiredValue(folder));
            using var rootfs = RootDirectory.Open(arguments.GetRequiredValue(root));
            var result = RootFsDiff.Apply(source, rootfs, limits.Read(arguments), ids.Read(arguments), cancellationToken);
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
        var limits = new LimitOptions(command);
        command.Does((arguments, cancellationToken) =>
        {
            using var source = RootDirectory.Open(arguments.GetRequiredValue(folder));
            using var rootfs = RootDirectory.Open(arguments.GetRequiredValue(root));
            var removed = DeletedFiles.Remove(source, rootfs, limits.Read(arguments), cancellationToken);
            return new CommandOutput(
                () => $"{removed} removed", () => JsonSerializer.Serialize(new DeletionOutput(removed), CommandLineJson.Default.DeletionOutput));
        });
        return command;
    }
}
