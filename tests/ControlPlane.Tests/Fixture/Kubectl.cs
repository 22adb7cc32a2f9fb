using System.Diagnostics;

namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>Runs kubectl, as the people do who install and use the operator.</summary>
public sealed class Kubectl(string kubeconfig)
{
    /// <summary>Applies a kustomization of the repository.</summary>
    public Task<string> ApplyFolderAsync(string folder) =>
        // A server before 1.25 does not know the CRDs' rules, and an old client's own validation refuses them.
        RunAsync("apply", "--validate=false", "-k", Path.Combine(RepositoryFolder.Path, folder));

    /// <summary>Explains a field. The API server publishes a new kind's schema some time after the kind itself, and tells nobody when.</summary>
    public async Task<string> ExplainAsync(string field)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TestNamespace.Limit);
        while ((await TryAsync("explain", field)).Error.Contains("couldn't find resource", StringComparison.Ordinal))
            await Task.Delay(TimeSpan.FromMilliseconds(200), limit.Token);
        return await RunAsync("explain", field);
    }

    /// <summary>Runs kubectl and gives its output; fails with its words.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        (int exitCode, string output, string error) = await TryAsync(arguments);
        Assert.True(exitCode == 0, $"kubectl {string.Join(' ', arguments)} ended with {exitCode}: {error}{output}");
        return output;
    }

    /// <summary>Runs kubectl and gives what it answered.</summary>
    public async Task<(int ExitCode, string Output, string Error)> TryAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("kubectl", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["KUBECONFIG"] = kubeconfig;
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await error);
    }
}
