using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>A program that is run as a user would run it.</summary>
public sealed class Command(string program, params string[] arguments)
{
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromMinutes(4);

    /// <summary>Variables set over the environment of the tests.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>The command as one line, for messages.</summary>
    public string Line => string.Join(' ', [program, .. arguments]);

    /// <summary>Runs it to its end; it is killed, with its children, when the deadline passes.</summary>
    public async Task<CommandResult> RunAsync(string? input = null, TimeSpan? deadline = null, CancellationToken cancellationToken = default)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(deadline ?? DefaultDeadline);
        using Process process = Start(input is not null);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
            if (input is not null)
            {
                await process.StandardInput.WriteAsync(input.AsMemory(), limit.Token);
                process.StandardInput.Close();
            }
            await process.WaitForExitAsync(limit.Token);
            return new CommandResult(Line, process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"{Line}\ndid not end within {deadline ?? DefaultDeadline}");
        }
        finally
        {
            Kill(process);
        }
    }

    /// <summary>Its lines of output as they come; it is killed when the reader stops.</summary>
    public async IAsyncEnumerable<string> ReadLinesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using Process process = Start(withInput: false);
        try
        {
            // Read aside, or a full pipe would stop the process.
            Task<string> error = process.StandardError.ReadToEndAsync(cancellationToken);
            while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
                yield return line;
            await process.WaitForExitAsync(cancellationToken);
            _ = new CommandResult(Line, process.ExitCode, string.Empty, await error).OrThrow();
        }
        finally
        {
            Kill(process);
        }
    }

    private Process Start(bool withInput)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = withInput,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string value) in Environment)
            start.Environment[name] = value;
        return Process.Start(start) ?? throw new InvalidOperationException($"{Line} could not be started");
    }

    private static void Kill(Process process)
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
    }
}
