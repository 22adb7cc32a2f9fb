using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Controller;
using CheckpointOperator.Operator.Hosting;
using k8s;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CheckpointOperator.ControlPlane.Tests.Fixture;

/// <summary>The operator in this process, with the rights of its own service account.</summary>
public sealed class RunningOperator : IAsyncDisposable
{
    private readonly IHost _host;

    private RunningOperator(IHost host) => _host = host;

    /// <summary>Completes when it has ended by itself or was stopped.</summary>
    public Task Ended => _host.WaitForShutdownAsync(TestContext.Current.CancellationToken);

    /// <summary>Starts one that works in one namespace, so that tests run beside each other.</summary>
    public static Task<RunningOperator> StartAsync(TestNamespace space, params string[] settings) => StartAsync(space, [], settings);

    /// <summary>Starts one whose requests go through faults.</summary>
    public static Task<RunningOperator> StartAsync(TestNamespace space, DelegatingHandler[] faults, params string[] settings) =>
        StartAsync(space, (AccountConnection.SystemNamespace, AccountConnection.Operator), faults, TimeProvider.System, settings);

    /// <summary>Starts one that has a clock of its own.</summary>
    public static Task<RunningOperator> StartAsync(TestNamespace space, TimeProvider time, params string[] settings) =>
        StartAsync(space, (AccountConnection.SystemNamespace, AccountConnection.Operator), [], time, settings);

    /// <summary>Starts one with the rights of another account of its own namespace.</summary>
    public static Task<RunningOperator> StartWithAccountAsync(TestNamespace space, string account) => StartAsync(space, (space.Name, account), [], TimeProvider.System, []);

    /// <summary>Starts one with a connection of the caller's own.</summary>
    public static Task<RunningOperator> StartAsync(TestNamespace space, KubernetesClientConfiguration configuration, DelegatingHandler[] faults, params string[] settings) =>
        StartAsync(space, configuration, faults, TimeProvider.System, settings);

    private static async Task<RunningOperator> StartAsync(
        TestNamespace space, (string Namespace, string Name) account, DelegatingHandler[] faults, TimeProvider time, string[] settings) =>
        await StartAsync(space, await AccountConnection.ConfigurationAsync(space.ControlPlane, account.Name, account.Namespace), faults, time, settings);

    private static async Task<RunningOperator> StartAsync(
        TestNamespace space, KubernetesClientConfiguration configuration, DelegatingHandler[] faults, TimeProvider time, string[] settings)
    {
        HostApplicationBuilder builder = OperatorHost.CreateBuilder(
            [$"--Namespace={space.Name}", "--LeaderElection=false", "--RecheckPeriod=00:00:05", "--HealthPort=0", .. settings]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddSingleton(new ApiConnection(configuration, faults));
        builder.Services.AddSingleton(time);
        IHost host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return new RunningOperator(host);
    }

    /// <summary>Asks it to stop, as the kubelet does, and waits until it has.</summary>
    public Task StopAsync() => _host.StopAsync(TestContext.Current.CancellationToken);

    /// <summary>Lets a controller of it look at a state of an object, also at one that is over, as a watch that lags shows it.</summary>
    public Task ReconcileAsync<TController, TEntity>(TEntity entity)
        where TController : IEntityController<TEntity>
        where TEntity : class, IKubernetesObject<V1ObjectMeta> =>
        ActivatorUtilities.CreateInstance<TController>(_host.Services).ReconcileAsync(entity, TestContext.Current.CancellationToken);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync(CancellationToken.None);
        _host.Dispose();
    }
}
