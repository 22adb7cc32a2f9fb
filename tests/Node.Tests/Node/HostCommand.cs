using System.Diagnostics;

namespace CheckpointOperator.Node.Tests.Node;

/// <summary>Programs of this machine.</summary>
internal static class HostCommand
{
    /// <summary>Starts one, its stdio on pipes.</summary>
    public static Process Start(string program, IEnumerable<string> arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException($"{program} cannot be started");

    /// <summary>Runs one to its end; it is killed, with its children, when the time is up.</summary>
    public static async Task<CommandResult> RunAsync(string program, string[] arguments, TimeSpan limit)
    {
        using Process process = Start(program, arguments);
        process.StandardInput.Close();
        using var timer = new CancellationTokenSource(limit);
        string line = string.Join(' ', [program, .. arguments]);
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(timer.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(timer.Token);
            await process.WaitForExitAsync(timer.Token);
            return new CommandResult(line, process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{line}\ndid not end within {limit}");
        }
    }
}
