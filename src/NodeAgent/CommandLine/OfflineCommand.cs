using System.CommandLine;
using System.ComponentModel;
using System.Text.Json;
using CheckpointOperator.Core.Archives;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>A command that works on files without a cluster: it has <c>-o</c>, and its faults become an exit code and one line.</summary>
internal sealed class OfflineCommand : Command
{
    private static readonly char[] LineBreaks = ['\r', '\n'];

    private readonly Option<string> _format;

    /// <summary>Creates the command.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="formats">Ways to print the text beside "text".</param>
    public OfflineCommand(string name, string description, params string[] formats)
        : this(name, description, new Option<string>("--output", "-o"), formats)
    {
    }

    /// <summary>Creates a command whose <c>--output</c> is something else.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it does.</param>
    /// <param name="format">The option that says how the result is printed.</param>
    /// <param name="formats">Ways to print the text beside "text".</param>
    public OfflineCommand(string name, string description, Option<string> format, params string[] formats)
        : base(name, description)
    {
        format.Description = "How the result is printed.";
        format.DefaultValueFactory = static _ => "text";
        format.AcceptOnlyFromAmong(["text", "json", .. formats]);
        _format = format;
        Options.Add(format);
    }

    /// <summary>Sets what the command does; it hands back what to print.</summary>
    public void Does(Func<ParseResult, CancellationToken, Task<CommandOutput>> act) => SetAction(async (result, cancellationToken) =>
    {
        try
        {
            Print(result, await act(result, cancellationToken));
            return ExitCode.Done;
        }
        catch (Exception failure) when (IsExpected(failure))
        {
            return Fail(result, failure);
        }
    });

    /// <inheritdoc cref="Does(Func{ParseResult, CancellationToken, Task{CommandOutput}})"/>
    public void Does(Func<ParseResult, CancellationToken, CommandOutput> act) =>
        Prints((result, cancellationToken) => Print(result, act(result, cancellationToken)));

    /// <summary>Sets what the command does, which prints by itself while it works.</summary>
    // An interruption ends such a command as it ends any program: none is told of what does not wait.
    public void Prints(Action<ParseResult, CancellationToken> act) => SetAction(result =>
    {
        try
        {
            act(result, CancellationToken.None);
            return ExitCode.Done;
        }
        catch (Exception failure) when (IsExpected(failure))
        {
            return Fail(result, failure);
        }
    });

    /// <summary>Sets what the command does, which takes back what it half made when it is cancelled: a signal waits until it has.</summary>
    public void Makes(Func<ParseResult, CancellationToken, CommandOutput> act) => SetAction(result =>
    {
        using var interruption = new Interruption();
        try
        {
            Print(result, act(result, interruption.Token));
            return ExitCode.Done;
        }
        catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
        {
            Complain("interrupted; what was written is removed");
            return interruption.ExitCode;
        }
        catch (Exception failure) when (IsExpected(failure))
        {
            return Fail(result, failure);
        }
    });

    private void Print(ParseResult result, CommandOutput output) => StandardOutput.WriteLine(IsJson(result) ? output.Json() : output.Text());

    private bool IsJson(ParseResult result) => result.GetValue(_format) == "json";

    private int Fail(ParseResult result, Exception failure)
    {
        if (failure is ArchiveRefusedException refusal)
        {
            if (IsJson(result))
                StandardOutput.WriteLine(JsonSerializer.Serialize(
                    new RefusalOutput(refusal.Reason.ToString(), refusal.Entry, refusal.Index, refusal.Message), CommandLineJson.Default.RefusalOutput));
            Complain(refusal.Message);
            return ExitCode.Refused;
        }

        Complain(failure is OperationCanceledException ? "interrupted" : failure.Message);
        return ExitCode.Failed;
    }

    private static bool IsExpected(Exception failure) =>
        failure is ArchiveRefusedException or IOException or UnauthorizedAccessException or FormatException or JsonException or NotSupportedException or Win32Exception
            or OperationCanceledException;

    private static void Complain(string message) =>
        Console.Error.WriteLine($"checkpoint-agent: {string.Join(' ', message.Split(LineBreaks, StringSplitOptions.RemoveEmptyEntries))}");
}
