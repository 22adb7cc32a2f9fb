using System.Diagnostics;

namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>Runs kubectl-checkpoint as people do, in a process of its own.</summary>
public sealed class PluginProgram(string kubeconfig)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>The folder that it and its completion are in.</summary>
    public static string Folder => TestControlPlane.FolderOf("Plugin");

    /// <summary>Runs it and gives its output; fails with its words.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        (int exitCode, string output, string error) = await TryAsync(arguments);
        Assert.True(exitCode == 0, $"kubectl-checkpoint {string.Join(' ', arguments)} ended with {exitCode}: {error}{output}");
        return output;
    }

    /// <summary>Runs it and gives what it answered.</summary>
    public Task<(int ExitCode, string Output, string Error)> TryAsync(params string[] arguments) => StartAsync(Path.Combine(Folder, "kubectl-checkpoint"), arguments);

    /// <summary>Runs another program that finds it in its PATH.</summary>
    public async Task<(int ExitCode, string Output, string Error)> StartAsync(string program, string[] arguments, params (string Name, string? Value)[] environment)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["PATH"] = $"{Folder}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["TERM"] = "xterm";
        start.Environment.Remove("NO_COLOR");
        foreach ((string name, string? value) in environment)
            start.Environment[name] = value;
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync(limit.Token);
            Task<string> error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output, await error);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
