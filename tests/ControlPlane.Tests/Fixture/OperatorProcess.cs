using System.Diagnostics;
using System.Text;

namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>The operator as a process of its own, which can be killed.</summary>
public sealed class OperatorProcess : IAsyncDisposable
{
    private static readonly string Program = Path.Combine(TestControlPlane.FolderOf("Operator"), "checkpoint-operator");

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

    /// <summary>The processor time that it has taken.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>Starts one that works in one namespace and keeps its lease there, with the rights of its account and those on that lease.</summary>
    public static Task<OperatorProcess> StartAsync(TestNamespace space, string identity, params (string Setting, string Value)[] settings)
    {
        k8s.KubernetesClientConfiguration administrator = space.ControlPlane.Configuration;
        string authorities = string.Concat(administrator.SslCaCerts.Select(authority => $"{authority.ExportCertificatePem()}\n"));
        return StartAsync(space, identity, administrator.Host, authorities, settings);
    }

    /// <summary>Starts one that finds the API server elsewhere.</summary>
    /// <param name="space">The namespace.</param>
    /// <param name="identity">How it is called in the lease.</param>
    /// <param name="server">Where the API server is, for it.</param>
    /// <param name="authorities">Who signs that server's certificate, as PEM.</param>
    /// <param name="settings">What is set besides: the operator's settings, and variables of OpenTelemetry's (OTEL_…).</param>
    public static async Task<OperatorProcess> StartAsync(TestNamespace space, string identity, string server, string authorities, params (string Setting, string Value)[] settings)
    {
        // The second operator of a namespace finds them there.
        await space.ControlPlane.Kubectl.TryAsync("create", "role", "leader", "-n", space.Name, "--verb=get,create,update", "--resource=leases");
        await space.ControlPlane.Kubectl.TryAsync(
            "create", "rolebinding", "leader", "-n", space.Name, "--role=leader", $"--serviceaccount={AccountConnection.SystemNamespace}:{AccountConnection.Operator}");
        string token = (await AccountConnection.ConfigurationAsync(space.ControlPlane, AccountConnection.Operator)).AccessToken;
        string kubeconfig = $$$"""
            apiVersion: v1
            kind: Config
            clusters: [{name: test, cluster: {server: "{{{server}}}", certificate-authority-data: {{{Convert.ToBase64String(Encoding.ASCII.GetBytes(authorities))}}} }}]
            users: [{name: operator, user: {token: {{{token}}} }}]
            contexts: [{name: test, context: {cluster: test, user: operator}}]
            current-context: test
            """;
        string path = Path.Combine(Path.GetTempPath(), $"{space.Name}-{identity}.kubeconfig");
        await File.WriteAllTextAsync(path, kubeconfig, TestContext.Current.CancellationToken);
        var start = new ProcessStartInfo(Program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment =
            {
                ["KUBECONFIG"] = path,
                ["CHECKPOINT_OPERATOR_NAMESPACE"] = space.Name,
                ["CHECKPOINT_OPERATOR_LEASENAMESPACE"] = space.Name,
                ["CHECKPOINT_OPERATOR_IDENTITY"] = identity,
                // No busy machine keeps it from renewing a lease of a minute.
                ["CHECKPOINT_OPERATOR_LEASEDURATION"] = "00:01:00",
                ["CHECKPOINT_OPERATOR_HEALTHPORT"] = "0",
            },
        };
        foreach ((string setting, string value) in settings)
            start.Environment[setting.StartsWith("OTEL_", StringComparison.Ordinal) ? setting : $"CHECKPOINT_OPERATOR_{setting}"] = value;
        var started = new OperatorProcess(new Process { StartInfo = start }, path);
        Assert.True(started._process.Start());
        started._process.BeginOutputReadLine();
        started._process.BeginErrorReadLine();
        return started;
    }

    /// <summary>Stops it where it stands (SIGSTOP), as a paused machine does.</summary>
    public Task FreezeAsync() => SignalAsync("STOP");

    /// <summary>Lets it go on (SIGCONT).</summary>
    public Task ThawAsync() => SignalAsync("CONT");

    /// <summary>Kills it: SIGKILL, nothing is given back.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Ends it as the kubelet does.</summary>
    public async Task TerminateAsync()
    {
        await SignalAsync("TERM");
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

    private async Task SignalAsync(string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", $"{_process.Id}"]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }

    private void Keep(string? line)
    {
        lock (_log)
            _log.AppendLine(line);
    }
}
