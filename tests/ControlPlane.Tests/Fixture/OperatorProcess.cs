using System.Diagnostics;
using System.Text;

namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>The operator as a process of its own, which can be killed.</summary>
public sealed class OperatorProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _kubeconfig;
    private readonly StringBuilder _log = new();

    private OperatorProcess(Process process, string kubeconfig)
    {
        _process = process;
        _kubeconfig = kubeconfig;
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
    }

    /// <summary>What it wrote.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Its exit code, once it has ended.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>Completes when it has ended.</summary>
    public Task Ended => _process.WaitForExitAsync(TestContext.Current.CancellationToken);

    /// <summary>Starts one that works in one namespace, keeps its lease there, and has the administrator's rights: those of its account end at the
    /// installation's namespace.</summary>
    /// <param name="space">The namespace.</param>
    /// <param name="identity">How it is called in the lease.</param>
    /// <param name="leaseDuration">How long its lease lasts. Defaults to a minute, which no busy machine keeps it from renewing.</param>
    /// <param name="variables">Further variables of its environment.</param>
    public static async Task<OperatorProcess> StartAsync(
        TestNamespace space, string identity, TimeSpan? leaseDuration = null, params (string Name, string Value)[] variables)
    {
        string kubeconfig = Path.Combine(Path.GetTempPath(), $"{space.Name}-{identity}.kubeconfig");
        await File.WriteAllTextAsync(kubeconfig, await space.ControlPlane.Kubectl.RunAsync("config", "view", "--raw"), TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "checkpoint-operator"))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["KUBECONFIG"] = kubeconfig,
                ["CHECKPOINT_OPERATOR_NAMESPACE"] = space.Name,
                ["CHECKPOINT_OPERATOR_LEASENAMESPACE"] = space.Name,
                ["CHECKPOINT_OPERATOR_IDENTITY"] = identity,
                ["CHECKPOINT_OPERATOR_LEASEDURATION"] = (leaseDuration ?? TimeSpan.FromMinutes(1)).ToString(),
                ["CHECKPOINT_OPERATOR_HEALTHPORT"] = "0",
            },
        };
        foreach ((string name, string value) in variables)
            start.Environment[name] = value;
        var started = new OperatorProcess(new Process { StartInfo = start }, kubeconfig);
        Assert.True(started._process.Start());
        started._process.BeginOutputReadLine();
        started._process.BeginErrorReadLine();
        return started;
    }

    /// <summary>Kills it: SIGKILL, nothing is given back.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Ends it as the kubelet does.</summary>
    public async Task TerminateAsync()
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TestNamespace.Limit, TestContext.Current.CancellationToken);
    }

    /// <inheritdoc />
    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.Dispose();
        File.Delete(_kubeconfig);
        return ValueTask.CompletedTask;
    }

    private void Keep(string? line)
    {
        lock (_log)
            _log.AppendLine(line);
    }
}
