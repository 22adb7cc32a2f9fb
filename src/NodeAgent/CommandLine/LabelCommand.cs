using System.CommandLine;
using System.Text.Json;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Security;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The command <c>label</c>.</summary>
internal static class LabelCommand
{
    /// <summary>Makes it.</summary>
    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "The folder." };
        var name = new Argument<string>("NAME") { Description = "The file's name; it must not exist yet." };
        var text = new Argument<string>("LABEL") { Description = "The SELinux label: user:role:type[:level]." };
        var command = new OfflineCommand("label", "Creates an empty file, mode 0600, with an SELinux label where SELinux is on.") { folder, name, text };
        command.Does((arguments, _) =>
        {
            var label = SELinuxLabel.Parse(arguments.GetRequiredValue(text));
            var path = RelativePath.Parse(arguments.GetRequiredValue(name));
            using var directory = RootDirectory.Open(arguments.GetRequiredValue(folder));
            LabelledFile.Create(directory, path, label).Dispose();
            var output = new LabelOutput(path.ToString(), SELinux.IsEnabled ? label.ToString() : null);
            return new CommandOutput(
                () => $"{output.Path}: {output.Label ?? "without a label: SELinux is off here"}",
                () => JsonSerializer.Serialize(output, CommandLineJson.Default.LabelOutput));
        });
        return command;
    }
}
