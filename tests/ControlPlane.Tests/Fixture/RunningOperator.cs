using CheckpointOperator.Operator.Hosting;
using k8s;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>The operator in this process, with the rights of its own service account.</summary>
public sealed class RunningOperator : IAsyncDisposable
{
    private const string Namespace = "checkpoint-operator-system";
    private const string Account = "checkpoint-operator";

    private readonly IHost _host;

    private RunningOperator(IHost host) => _host = host;

    /// <summary>Completes when it has ended by itself or was stopped.</summary>
    public Task Ended => _host.WaitForShutdownAsync(TestContext.Current.CancellationToken);

    /// <summary>Starts one that works in one namespace, so that tests run beside each other.</summary>
    public static Task<RunningOperator> StartAsync(TestNamespace space, params string[] settings) => StartAsync(space, [], settings);

    /// <summary>Starts one whose requests go through faults.</summary>
    public static async Task<RunningOperator> StartAsync(TestNamespace space, DelegatingHandler[] faults, params string[] settings)
    {
        KubernetesClientConfiguration configuration = await ServiceAccountToken.ConfigurationAsync(space.ControlPlane, Namespace, Account);
        HostApplicationBuilder builder = OperatorHost.CreateBuilder(
            [$"--Namespace={space.Name}", "--LeaderElection=false", "--RecheckPeriod=00:00:05", "--HealthPort=0", .. settings]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(new k8s.Kubernetes(configuration, faults));
        IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new RunningOperator(host);
    }

    /// <summary>Asks it to stop, as the kubelet does, and waits until it has.</summary>
    public Task StopAsync() => _host.StopAsync(TestContext.Current.CancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }
}
