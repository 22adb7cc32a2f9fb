using System.CommandLine;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The command <c>rootfs convert</c>.</summary>
internal static class ConvertCommand
{
    /// <summary>Makes it.</summary>
    public static Command Create()
    {
        var dialect = DialectOption.Create("--to", isRequired: true);
        var lowerFolders = new Option<string[]>("--lower")
        {
            Description = "A folder that the diff is against, topmost first, such as the image's; names for podman what opaque folders hide.",
        };
        var source = new Argument<string>("DIR") { Description = "The folder of rootfs-diff.tar, plain or compressed, and deleted.files." };
        var folder = new Argument<string>("DEST") { Description = "The folder for the same in the other dialect; it may be DIR." };
        var command = new OfflineCommand("convert", "Writes a diff in podman's or in OCI's dialect, from whichever it is in; either makes the same tree.")
        {
            dialect, lowerFolders, source, folder,
        };
        var limits = new LimitOptions(command);
        command.Makes((arguments, cancellationToken) =>
        {
            using var from = RootDirectory.Open(arguments.GetRequiredValue(source));
            using var destination = RootDirectory.Open(arguments.GetRequiredValue(folder));
            using var lower = new OpenFolders(arguments.GetValue(lowerFolders));
            var options = new DiffOptions { Dialect = DialectOption.Read(arguments.GetValue(dialect)), Lower = lower.Folders };
            return DiffFiles.Describe(DiffFiles.Write(
                destination, tar => RootFsDiff.Convert(from, tar, options, limits.Read(arguments), cancellationToken)));
        });
        return command;
    }
}
