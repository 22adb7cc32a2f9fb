using System.Diagnostics;
using System.Text;

namespace CheckpointOperator.Core.Runtimes;

/// <summary>Runs programs as children of this process.</summary>
public sealed class ProcessCommandRunner : ICommandRunner
{
    // How long the pipes of a program that has ended are still read: a child that it left behind may hold them open for ever.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(command.Path, command.Arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            },
        };
        process.Start();
        process.StandardInput.Close();

        using var ended = new CancellationTokenSource();
        var output = new StringBuilder();
        var error = new StringBuilder();
        var reading = Task.WhenAll(
            ReadAsync(process.StandardOutput, output, command.MaxOutput, ended.Token),
            ReadAsync(process.StandardError, error, command.MaxOutput, ended.Token));

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(command.Timeout);
        var timedOut = false;
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            timedOut = true;
        }

        ended.CancelAfter(DrainTime);
        await reading;
        cancellationToken.ThrowIfCancellationRequested();
        return new CommandResult(timedOut ? -1 : process.ExitCode, output.ToString(), error.ToString(), timedOut);
    }

    private static async Task ReadAsync(StreamReader reader, StringBuilder text, int max, CancellationToken ended)
    {
        var buffer = new char[4096];
        try
        {
            while (await reader.ReadAsync(buffer, ended) is var count and > 0)
                text.Append(buffer, 0, Math.Min(count, max - text.Length));
        }
        catch (OperationCanceledException) when (ended.IsCancellationRequested)
        {
            // What was read until now is the output.
        }
    }
}
