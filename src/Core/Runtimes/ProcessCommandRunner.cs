using System.ComponentModel;
using System.Text;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Core.Runtimes;

/// <summary>
/// Runs programs as children of this process, each in a session of its own. What a program leaves behind in its process group is killed when it ends
/// and at its time limit.
/// </summary>
public sealed class ProcessCommandRunner : ICommandRunner
{
    // How long the pipes of a program that has ended are still read: what it left behind in another session may hold them open for ever.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(1);

    // How long the kernel may take to end what was killed.
    private static readonly TimeSpan KillTime = TimeSpan.FromSeconds(5);

    // A relative folder would be looked for from wherever this process stands.
    private static string[] SearchPath =>
        [.. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':').Where(Path.IsPathRooted)];

    /// <inheritdoc/>
    public ProgramIdentity? Identify(string program)
    {
        ArgumentException.ThrowIfNullOrEmpty(program);
        using var root = RootDirectory.Open("/");
        return ProgramIdentity.Find(root, program.Contains('/', StringComparison.Ordinal) ? Path.GetFullPath(program) : program, SearchPath);
    }

    /// <inheritdoc/>
    public async Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        cancellationToken.ThrowIfCancellationRequested();
        var program = Identify(command.Path)
            ?? throw new Win32Exception(Errno.ENOENT, $"cannot start '{DisplayText.Of(command.Path)}': there is no such program (folders searched: {string.Join(':', SearchPath)})");
        using var process = SessionProcess.Start(program.Path, command.Arguments);

        using var drained = new CancellationTokenSource();
        var output = new StringBuilder();
        var error = new StringBuilder();
        var reading = Task.WhenAll(
            ReadAsync(process.Output, output, command.MaxOutput, drained.Token),
            ReadAsync(process.Error, error, command.MaxOutput, drained.Token));

        var timedOut = false;
        try
        {
            await process.Ended.WaitAsync(command.Timeout, cancellationToken);
        }
        catch (Exception over) when (over is TimeoutException or OperationCanceledException)
        {
            timedOut = true;
            process.Kill();
            await process.Ended.WaitAsync(KillTime, CancellationToken.None);
        }

        drained.CancelAfter(DrainTime);
        await reading;
        cancellationToken.ThrowIfCancellationRequested();
        return new CommandResult(timedOut ? -1 : await process.Ended, output.ToString(), error.ToString(), timedOut);
    }

    private static async Task ReadAsync(Stream stream, StringBuilder text, int max, CancellationToken drained)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var buffer = new char[4096];
        try
        {
            while (await reader.ReadAsync(buffer, drained) is var count and > 0)
                text.Append(buffer, 0, Math.Min(count, max - text.Length));
        }
        catch (OperationCanceledException) when (drained.IsCancellationRequested)
        {
            // What was read until now is the output.
        }
    }
}
