using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Controllers;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Kubelet;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Node;
using CheckpointOperator.NodeAgent.Observation;
using CheckpointOperator.NodeAgent.Restores;
using CheckpointOperator.NodeAgent.RuntimeHandler;
using CheckpointOperator.NodeAgent.Store;
using CheckpointOperator.Telemetry;

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Hosting;

/// <summary>Puts the agent together.</summary>
internal static class AgentHost
{
    /// <summary>Names the Events' source, the metrics and the traces.</summary>
    public const string Name = "checkpoint-agent";

    // A dump that has begun ends before the agent does; the Pod's grace period is a little longer.
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(110);

    /// <summary>A host builder with the agent's settings and services.</summary>
    /// <param name="arguments">Settings such as <c>--node-name=worker-1</c>.</param>
    public static HostApplicationBuilder CreateBuilder(IReadOnlyList<string> arguments)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddAgentSettings(arguments);
        builder.Logging.AddJsonLines();
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);

        builder.Services.AddOptions<AgentOptions>().Bind(builder.Configuration).ValidateOnStart();
        builder.Services.AddSingleton<IValidateOptions<AgentOptions>, AgentOptionsValidator>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        AgentOptions options = builder.Configuration.Get<AgentOptions>() ?? new AgentOptions();

        builder.AddTelemetry(new TelemetrySettings(Name, options.NodeName)
        {
            MetricsPort = options.MetricsPort,
            Endpoint = options.OtlpEndpoint,
            Attributes = new Dictionary<string, object> { ["k8s.node.name"] = options.NodeName },
        });
        builder.Services.AddNode();
        builder.Services.AddEngines();
        builder.Services.AddRestores();
        // Started in this order: nothing new begins before what an earlier agent left is put right.
        builder.Services.AddHostedService<Recovery>();
        builder.Services.AddControllers(options);
        builder.Services.AddSingleton<NodeReport>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<NodeReport>());
        builder.Services.AddHostedService<RestoreServer>();
        builder.Services.AddHostedService<RuntimeHandlerService>();
        builder.Services.AddHostedService<IdleMemory>();
        return builder;
    }

    private static void AddNode(this IServiceCollection services)
    {
        services.AddSingleton(provider => new NodeRoot(provider.GetRequiredService<IOptions<AgentOptions>>().Value.HostRoot));
        services.AddSingleton<INodeProcesses, NodeProcesses>();
        services.AddSingleton<ICommandRunner, NodeCommandRunner>();
        services.AddSingleton<OciRuntimeProbe>();
        services.AddSingleton<ContainerdContainers>();
        services.AddSingleton<CriOContainers>();
        services.AddSingleton<NodeContainers>();
        services.AddSingleton<ContainerdImages>();
        services.AddSingleton<ContainerdTasks>();
        services.AddSingleton<KubeletClient>();
        services.AddSingleton<KubeletCheckpointApi>();
        services.AddSingleton<KubeletCheckpoints>();
        services.AddSingleton<NodeStamp>();
        services.AddSingleton<RuntimeHandlerState>();
        services.AddSingleton<NodeProbe>();
        services.AddSingleton<ArchiveStore>();
        services.AddSingleton<StoreLock>();
        services.AddSingleton<ArchiveRefusals>();
        services.AddSingleton<WorkTelemetry>();
        services.AddSingleton<NodeTelemetry>();
    }

    private static void AddEngines(this IServiceCollection services)
    {
        services.AddSingleton<ArchiveContentWriter>();
        services.AddSingleton<OpenVolumeFiles>();
        services.AddSingleton<FrozenState>();
        services.AddSingleton<DumpSpace>();
        services.AddSingleton<CriuCpu>();
        services.AddSingleton<CheckpointJournal>();
        services.AddSingleton<CheckpointRecovery>();
        services.AddSingleton<CheckpointSlots>();
        services.AddSingleton<RuntimeEngine>();
        services.AddSingleton<KubeletEngine>();
        services.AddSingleton<EngineSelector>();
        services.AddSingleton<KeptArchives>();
    }

    private static void AddRestores(this IServiceCollection services)
    {
        services.AddSingleton<SandboxAddresses>();
        services.AddSingleton<RestoreJournal>();
        services.AddSingleton<VolumeRestorer>();
        services.AddSingleton<SharedVolumes>();
        services.AddSingleton<VolumeFileComparison>();
        services.AddSingleton<RestoreAuthorizer>();
        services.AddSingleton<PreparedImages>();
        services.AddSingleton<RestorePreparer>();
        services.AddSingleton<RestoreProof>();
        services.AddSingleton<RestoreVerdict>();
        services.AddSingleton<RestoreService>();
        services.AddSingleton<RestoreRecovery>();
    }

    private static void AddControllers(this IServiceCollection services, AgentOptions options) => services
        .AddKubernetesOperator(settings => settings
            .WithName(Name)
            .WithIdentity(options.NodeName)
            // The operator assigns work through the objects' status.
            .WithReconcileStrategy(ReconcileStrategy.ByResourceVersion)
            // It attaches the finalizer as well, before it assigns.
            .WithAutoAttachFinalizers(false)
            .WithParallelReconciliation(options.ConcurrentCheckpoints + 4)
            .WithTraceAnnotation(ApiGroup.TraceAnnotation)
            .WithHealthPort(options.HealthPort))
        .AddControllerWithLabelSelector<ContainerCheckpointController, V1Alpha1ContainerCheckpoint, OwnNode<V1Alpha1ContainerCheckpoint>>()
        .AddControllerWithLabelSelector<ComingRestoreController, V1Alpha1ContainerRestore, OwnNode<V1Alpha1ContainerRestore>>()
        .AddFinalizer<ArchiveFinalizer, V1Alpha1ContainerCheckpoint>(ApiGroup.ArchiveFinalizer);
}
