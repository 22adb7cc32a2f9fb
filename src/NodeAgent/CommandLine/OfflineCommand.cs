using System.CommandLine;
using System.ComponentModel;
using System.Text.Json;
using CheckpointOperator.Core.Archives;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>A command that works on files without a cluster: it has <c>-o</c>, and its faults become an exit code and one line.</summary>
internal sealed class OfflineCommand : Command
{
    private static readonly char[] LineBreaks = ['\r', '\n'];

    private readonly Option<string> _output = new("--output", "-o")
    {
        Description = "How the result is printed.",
        DefaultValueFactory = static _ => "text",
    };

    /// <summary>Creates the command.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="formats">Ways to print the text beside "text".</param>
    public OfflineCommand(string name, string description, params string[] formats)
        : base(name, description)
    {
        _output.AcceptOnlyFromAmong(["text", "json", .. formats]);
        Options.Add(_output);
    }

    /// <summary>Sets what the command does; it hands back what to print.</summary>
    public void Does(Func<ParseResult, CancellationToken, Task<CommandOutput>> act) => SetAction(async (result, cancellationToken) =>
    {
        try
        {
            var output = await act(result, cancellationToken);
            Console.Out.WriteLine(result.GetValue(_output) == "json" ? output.Json() : output.Text());
            return ExitCode.Done;
        }
        catch (ArchiveRefusedException refusal)
        {
            Complain(refusal.Message);
            return ExitCode.Refused;
        }
        catch (Exception failure) when (IsExpected(failure))
        {
            Complain(failure is OperationCanceledException ? "interrupted" : failure.Message);
            return ExitCode.Failed;
        }
    });

    /// <inheritdoc cref="Does(Func{ParseResult, CancellationToken, Task{CommandOutput}})"/>
    public void Does(Func<ParseResult, CancellationToken, CommandOutput> act) =>
        Does((result, cancellationToken) => Task.FromResult(act(result, cancellationToken)));

    private static bool IsExpected(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or FormatException or JsonException or NotSupportedException or Win32Exception
            or OperationCanceledException;

    private static void Complain(string message) =>
        Console.Error.WriteLine($"checkpoint-agent: {string.Join(' ', message.Split(LineBreaks, StringSplitOptions.RemoveEmptyEntries))}");
}
