using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The command <c>archive memory</c>.</summary>
internal static class MemoryCommand
{
    private const int MaxContext = 65_536;

    private static readonly Argument<string> File = ArchiveCommands.Archive();
    private static readonly Option<uint?> Pid = new("--pid") { Description = "The process, by its id in the container. Without it: how much memory each one has." };
    private static readonly Option<string?> Text = new("--search") { Description = "Text to search for." };

    private static readonly Option<string?> Expression = new("--search-regex")
    {
        Description = "Regular expression to search for, '.' being any byte; no back references. A match has at most 65,536 bytes.",
    };

    private static readonly Option<int> Context = new("--context") { Description = "Bytes to print before and behind each match, at most 65,536." };
    private static readonly Option<string?> Output = new("--output", "-o") { Description = "A new file, for its owner only, to print into." };
    private static readonly Option<string> Format = new("--format");

    /// <summary>Makes it.</summary>
    public static OfflineCommand Create()
    {
        var command = new OfflineCommand(
            "memory", "Prints a process's memory as far as it was dumped, or searches it. Memory holds secrets: keep what this prints to yourself.", Format)
        {
            File, Pid, Text, Expression, Context, Output,
        };
        command.Validators.Add(static result =>
        {
            var searches = (result.GetResult(Text) is null ? 0 : 1) + (result.GetResult(Expression) is null ? 0 : 1);
            if (searches > 1)
                result.AddError("one of --search and --search-regex can be had");
            if (searches > 0 && result.GetResult(Pid) is null)
                result.AddError("a search needs --pid");
            if (result.GetValue(Text) is "" || result.GetValue(Expression) is "")
                result.AddError("there is nothing to search for");
            if (searches == 0 && result.GetResult(Context) is not null)
                result.AddError("--context needs --search or --search-regex");
            if (searches == 0 && result.GetResult(Pid) is not null && result.GetValue(Format) == "json")
                result.AddError("memory is printed as text only; --format json needs --search or --search-regex");
            if (result.GetValue(Context) is < 0 or > MaxContext)
                result.AddError($"--context: between 0 and {MaxContext}");
        });
        var limits = new LimitOptions(command);
        command.Prints((arguments, cancellationToken) =>
        {
            using var archive = CheckpointArchive.Open(arguments.GetRequiredValue(File), limits.Read(arguments));
            var pattern = Pattern(arguments);
            var path = arguments.GetValue(Output);
            using var output = OpenOutput(path);
            try
            {
                if (arguments.GetValue(Pid) is not { } pid)
                    PrintSizes(archive, arguments.GetValue(Format) == "json", output, cancellationToken);
                else if (!Print(archive, pid, pattern, arguments, output, cancellationToken))
                    throw new FormatException($"the archive has no memory of a process {pid}; 'archive inspect --ps' lists the processes that it has");
                output.Flush();
            }
            catch when (path is not null)
            {
                // A part of the memory looks like all of it.
                System.IO.File.Delete(path);
                throw;
            }
        });
        return command;
    }

    private static MemoryPattern? Pattern(ParseResult arguments)
    {
        if (arguments.GetValue(Text) is { } text)
            return MemoryPattern.Text(text);
        try
        {
            return arguments.GetValue(Expression) is { } expression ? MemoryPattern.Regex(expression) : null;
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"--search-regex: {e.Message}", e);
        }
    }

    // Secrets: no one else may read the file, and none is overwritten whose mode is another's choice.
    private static StreamWriter OpenOutput(string? path) => new(path is null
        ? Console.OpenStandardOutput()
        : new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }));

    private static bool Print(
        CheckpointArchive archive, uint pid, MemoryPattern? pattern, ParseResult arguments, StreamWriter output, CancellationToken cancellationToken)
    {
        if (pattern is null)
        {
            var dump = new HexDump(output, isCompact: arguments.GetResult(Output) is null);
            return archive.ReadMemory(pid, dump.Write, cancellationToken);
        }

        return arguments.GetValue(Format) == "json"
            ? PrintJson(archive, pid, pattern, arguments.GetValue(Context), output, cancellationToken)
            : PrintMatches(archive, pid, pattern, arguments.GetValue(Context), output, cancellationToken);
    }

    private static bool PrintMatches(
        CheckpointArchive archive, uint pid, MemoryPattern pattern, int context, StreamWriter output, CancellationToken cancellationToken)
    {
        long matches = 0;
        var has = archive.SearchMemory(pid, pattern, context, match =>
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"match {++matches}: {match.Match.Length} bytes at {match.Address:x16}"));
            byte[] bytes = [.. match.Before.Span, .. match.Match.Span, .. match.After.Span];
            new HexDump(output, isCompact: false).Write(match.Address - (ulong)match.Before.Length, bytes);
        }, cancellationToken);
        if (has && matches == 0)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"no match in the memory of process {pid}"));
        return has;
    }

    private static bool PrintJson(
        CheckpointArchive archive, uint pid, MemoryPattern pattern, int context, StreamWriter output, CancellationToken cancellationToken)
    {
        output.Flush();
        using var json = new Utf8JsonWriter(output.BaseStream, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        json.WriteNumber("pid", pid);
        json.WriteStartArray("matches");
        bool has;
        try
        {
            has = archive.SearchMemory(pid, pattern, context, match => WriteMatch(json, match), cancellationToken);
        }
        catch
        {
            // What no match followed is not printed: the refusal stands alone then.
            json.Reset();
            throw;
        }

        if (!has)
        {
            json.Reset();
            return false;
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.WriteLine();
        return true;
    }

    private static void WriteMatch(Utf8JsonWriter json, MemoryMatch match)
    {
        json.WriteStartObject();
        json.WriteString("address", string.Create(CultureInfo.InvariantCulture, $"{match.Address:x16}"));
        json.WriteNumber("length", match.Match.Length);
        json.WriteString("text", HexDump.Printable(match.Match.Span));
        json.WriteBase64String("match", match.Match.Span);
        json.WriteBase64String("before", match.Before.Span);
        json.WriteBase64String("after", match.After.Span);
        json.WriteEndObject();
        // Memory may hold more matches than this program may have memory.
        json.Flush();
    }

    private static void PrintSizes(CheckpointArchive archive, bool isJson, StreamWriter output, CancellationToken cancellationToken)
    {
        var processes = archive.ReadProcesses(CriuParts.Memory, cancellationToken).Processes.Where(static process => process.Memory is not null).ToList();
        if (isJson)
        {
            output.WriteLine(JsonSerializer.Serialize(processes, InspectionJson.Default.ListCheckpointProcess));
            return;
        }

        output.WriteLine($"{"PID",10} {"DUMPED",15} {"MAPPED",15} {"ANONYMOUS",15} {"OF FILES",15} {"SHARED",15}  NAME");
        foreach (var process in processes)
        {
            var memory = process.Memory!;
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{process.Pid,10} {memory.DumpedBytes,15} {memory.MappedBytes,15} {memory.AnonymousBytes,15} {memory.PrivateFileBytes,15} {memory.SharedBytes,15}  {TerminalText.Of(process.Name)}"));
        }
    }
}
