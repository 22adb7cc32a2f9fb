using System.Diagnostics;

namespace CheckpointOperator.Chart.Tests.Rendering;

/// <summary>The repository, and its scripts that render.</summary>
public static class Repository
{
    // The first of all tests builds what renders, or makes the node's root for its kubectl.
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(25);

    /// <summary>The chart's folder.</summary>
    public static string Chart { get; } = Path.Combine(RepositoryFolder.Path, "charts", "checkpoint-operator");

    /// <summary>A set of values with the kustomization that stands for the same.</summary>
    public static string Set(string name) => Path.Combine(RepositoryFolder.Path, "tests", "Chart.Tests", "Sets", name);

    /// <summary>Runs a script of eng, or another program, and gives its output; fails with its words.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        (int exitCode, string output, string error) = await TryAsync(program, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {exitCode}: {error}{output}");
        return output;
    }

    /// <summary>Runs a script of eng, or another program, and gives what it answered.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> TryAsync(string program, params string[] arguments)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Deadline);
        string script = Path.Combine(RepositoryFolder.Path, "eng", program);
        using Process process = Process.Start(new ProcessStartInfo(File.Exists(script) ? script : program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
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

    /// <summary>Renders the chart with values in YAML, as `helm template` does, without the hooks of helm test.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> TryTemplateAsync(string values)
    {
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, values, TestContext.Current.CancellationToken);
            return await TryAsync("helm", "template", "checkpoint-operator", Chart, "--namespace", "checkpoint-operator-system", "--no-hooks", "--values", file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The objects that the chart gives with values in YAML.</summary>
    public static async Task<Manifest> TemplateAsync(string values)
    {
        (int exitCode, string output, string error) = await TryTemplateAsync(values);
        Assert.True(exitCode == 0, error);
        return Manifest.Parse(output);
    }
}
