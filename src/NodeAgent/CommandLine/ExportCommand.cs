using System.CommandLine;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The command <c>archive export</c>.</summary>
internal static class ExportCommand
{
    private const int BufferSize = 256 * 1024;

    /// <summary>Makes it.</summary>
    public static OfflineCommand Create()
    {
        var file = new Argument<string>("ARCHIVE") { Description = "The archive's file." };
        var offset = new Option<long>("--offset") { Description = "The first byte that is written, from 0. Defaults to 0." };
        offset.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<long>() < 0)
                result.AddError("--offset: a number of bytes from 0 on is expected");
        });
        var command = new OfflineCommand("export", "Writes the archive's bytes to standard output as they are.") { file, offset };
        command.Prints((arguments, cancellationToken) =>
        {
            using var archive = File.OpenRead(arguments.GetRequiredValue(file));
            archive.Seek(arguments.GetValue(offset), SeekOrigin.Begin);
            using var output = Console.OpenStandardOutput();
            var buffer = new byte[BufferSize];
            for (int read; (read = archive.Read(buffer)) > 0;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                output.Write(buffer, 0, read);
            }
        });
        return command;
    }
}
