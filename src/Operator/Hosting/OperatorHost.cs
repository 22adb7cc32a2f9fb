using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Operator.Controllers;
using CheckpointOperator.Operator.Observation;
using CheckpointOperator.Telemetry;
using k8s.Models;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace CheckpointOperator.Operator.Hosting;

/// <summary>Puts the operator together.</summary>
internal static class OperatorHost
{
    /// <summary>Names the lease, the Events' source and the metrics.</summary>
    public const string Name = "checkpoint-operator";

    /// <summary>How many objects of a kind are reconciled at once: a hundred in a second where the API server takes 160 ms for each, and no more requests
    /// at once than it lets a client have.</summary>
    private const int Reconciliations = 16;

    /// <summary>A host builder with the operator's settings, controllers and telemetry.</summary>
    /// <param name="args">The command line: settings such as <c>--HealthPort=8081</c>.</param>
    /// <exception cref="OptionsValidationException">A setting cannot be.</exception>
    public static HostApplicationBuilder CreateBuilder(string[] args)
    {
        // An empty builder: the default one would take any environment variable, such as NAMESPACE, for a setting.
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddEnvironmentVariables(OperatorOptions.EnvironmentPrefix).AddCommandLine(args);
        builder.Logging.AddJsonLines();

        OperatorOptions options = builder.Configuration.Get<OperatorOptions>() ?? new OperatorOptions();
        // At once, not on start: the services below are built from them.
        if (new OperatorOptionsValidator().Validate(null, options) is { Failed: true } refused)
            throw new OptionsValidationException(nameof(OperatorOptions), typeof(OperatorOptions), refused.Failures);
        builder.Services.AddSingleton(Options.Create(options));
        builder.Services.AddSingleton<Ages>();
        builder.AddTelemetry(new TelemetrySettings(Name, options.Identity ?? Environment.MachineName) { MetricsPort = options.MetricsPort, Endpoint = options.OtlpEndpoint });
        builder.Services.AddSingleton<ObjectMetrics>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<ObjectMetrics>());
        builder.Services.AddControllers(options);
        builder.Services.AddHostedService<IdleMemory>();
        return builder;
    }

    private static void AddControllers(this IServiceCollection services, OperatorOptions options) => services
        .AddKubernetesOperator(settings => Configure(settings, options))
        .AddController<ContainerCheckpointController, V1Alpha1ContainerCheckpoint>()
        .AddController<ContainerRestoreController, V1Alpha1ContainerRestore>()
        .AddController<CheckpointNodeController, V1Alpha1CheckpointNode>()
        // Cluster-scoped: not in the one namespace that the operator may be held to. A Node's label and its being there are all that is asked of it.
        .AddInformer<V1Node>(informer => (informer.Namespace, informer.MetadataOnly) = (string.Empty, true))
        .AddInformer<V1Alpha1CheckpointNode>(informer => informer.Namespace = string.Empty)
        // That a Pod changed is all that is asked of it: what it is, is read when it is needed, and is then the newest.
        .AddInformer<V1Pod>(informer => (informer.MetadataOnly, informer.ChangesOnly) = (true, true))
        .AddInformer<V1Alpha1ContainerCheckpoint>(trim: Trimming.LeaveOutPodTemplate)
        .Watches<V1Pod, V1Alpha1ContainerCheckpoint>(WaitingObjects.CheckpointsOf)
        .Watches<V1Node, V1Alpha1ContainerCheckpoint>(WaitingObjects.CheckpointsOn)
        .Watches<V1Alpha1CheckpointNode, V1Alpha1ContainerCheckpoint>(WaitingObjects.CheckpointsWaitingForAgent)
        .Watches<V1Pod, V1Alpha1ContainerRestore>(WaitingObjects.RestoresInto)
        .Watches<V1Alpha1ContainerCheckpoint, V1Alpha1ContainerRestore>(WaitingObjects.RestoresOf)
        .Watches<V1Alpha1CheckpointNode, V1Alpha1ContainerRestore>(WaitingObjects.RestoresWaitingForAgent)
        .Watches<V1Node, V1Alpha1CheckpointNode>(WaitingObjects.AbilitiesOf);

    private static void Configure(OperatorSettingsBuilder settings, OperatorOptions options)
    {
        settings
            .WithName(Name)
            .WithNamespace(options.Namespace)
            // The agents speak through the objects' status.
            .WithReconcileStrategy(ReconcileStrategy.ByResourceVersion)
            // A reconcile waits for the API server most of its time.
            .WithParallelReconciliation(Reconciliations)
            .WithLeaderElection(options.LeaderElection ? LeaderElectionType.Single : LeaderElectionType.None, options.LeaseNamespace)
            .WithLeaderElectionTimings(options.LeaseDuration, options.LeaseDuration * 2 / 3, options.LeaseDuration * 2 / 15)
            .WithWatchTimeout(options.WatchTimeout)
            .WithTraceAnnotation(ApiGroup.TraceAnnotation)
            .WithHealthPort(options.HealthPort);
        if (options.Identity is { } identity)
            settings.WithIdentity(identity);
    }
}
