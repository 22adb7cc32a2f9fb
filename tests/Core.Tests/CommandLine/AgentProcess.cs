using System.Diagnostics;

namespace CheckpointOperator.Core.Tests.CommandLine;

/// <summary>A finished run of <c>checkpoint-agent</c>.</summary>
internal sealed record AgentProcess(int ExitCode, string Output, string Error)
{
    internal static AgentProcess Run(string folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new AgentProcess(process.ExitCode, output, error.Result);
    }

    // Of a shell's background jobs, which tests may be, SIGINT is ignored, and a program leaves it so.
    internal static Process Start(string folder, params string[] arguments) => Process.Start(new ProcessStartInfo("env", ["--default-signal=INT,TERM", Path.Combine(AppContext.BaseDirectory, "checkpoint-agent"), .. arguments])
    {
        WorkingDirectory = folder,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
