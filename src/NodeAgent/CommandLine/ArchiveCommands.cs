using System.CommandLine;
using System.Text.Json;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The commands <c>archive …</c>.</summary>
internal static class ArchiveCommands
{
    /// <summary>All of them.</summary>
    public static CommandGroup Group { get; } = new(
        "archive",
        "Reads checkpoint archives of podman, CRI-O and containerd, plain or compressed, and OCI images of checkpoints.",
        ("import", CreateImport),
        ("import-config", CreateImportConfig),
        ("runtime", CreateRuntime),
        ("export", ExportCommand.Create),
        ("inspect", InspectCommand.Create),
        ("diff", DiffCommand.Create),
        ("memory", MemoryCommand.Create));

    /// <summary>The argument that names an archive.</summary>
    public static Argument<string> Archive() => new("ARCHIVE") { Description = "The archive's file; for an OCI image its tar (oci-archive) or layout folder." };

    private static OfflineCommand CreateImport()
    {
        var digest = new Option<bool>("--digest") { Description = "Tell the SHA-256 of ARCHIVE too, taken meanwhile." };
        return CreateImport(new OfflineCommand("import", "Unpacks all but config.dump and spec.dump into DEST.") { digest }, (archive, destination, arguments, cancellationToken) =>
        {
            if (!arguments.GetValue(digest))
                return Describe(archive.ImportWithoutConfig(destination, cancellationToken));
            var result = archive.ImportWithoutConfigAndHash(destination, cancellationToken);
            return new CommandOutput(
                () => $"{result.Entries} entries, {result.Bytes} bytes, {result.Digest}",
                () => JsonSerializer.Serialize(result, CommandLineJson.Default.HashedImport));
        });
    }

    private static OfflineCommand CreateImportConfig() => CreateImport(
        new OfflineCommand("import-config", "Writes config.dump and spec.dump into DEST, nothing else."),
        static (archive, destination, _, cancellationToken) => Describe(archive.ImportConfig(destination, cancellationToken)));

    private static OfflineCommand CreateImport(OfflineCommand command, Func<CheckpointArchive, RootDirectory, ParseResult, CancellationToken, CommandOutput> import)
    {
        var file = Archive();
        var folder = new Argument<string>("DEST") { Description = "The folder; made if it is missing." };
        command.Add(file);
        command.Add(folder);
        var limits = new LimitOptions(command);
        command.Makes((arguments, cancellationToken) =>
        {
            using var archive = CheckpointArchive.Open(arguments.GetRequiredValue(file), limits.Read(arguments));
            var path = arguments.GetRequiredValue(folder);
            var isNew = !Directory.Exists(path);
            Directory.CreateDirectory(path);
            try
            {
                using var destination = RootDirectory.Open(path);
                return import(archive, destination, arguments, cancellationToken);
            }
            catch when (isNew)
            {
                // The archive's own entries are gone already; the folder was made for them.
                Directory.Delete(path);
                throw;
            }
        });
        return command;
    }

    private static CommandOutput Describe(ImportResult result) => new(
        () => $"{result.Entries} entries, {result.Bytes} bytes",
        () => JsonSerializer.Serialize(result, CommandLineJson.Default.ImportResult));

    private static OfflineCommand CreateRuntime()
    {
        var file = Archive();
        var command = new OfflineCommand("runtime", "Prints the name of the OCI runtime that the archive was made with.") { file };
        var limits = new LimitOptions(command);
        command.Does((arguments, cancellationToken) =>
        {
            using var archive = CheckpointArchive.Open(arguments.GetRequiredValue(file), limits.Read(arguments));
            var runtime = archive.ReadRuntimeName(cancellationToken);
            return new CommandOutput(
                () => runtime, () => JsonSerializer.Serialize(new RuntimeNameOutput(runtime), CommandLineJson.Default.RuntimeNameOutput));
        });
        return command;
    }
}
