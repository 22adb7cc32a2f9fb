using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Events;
using CheckpointOperator.Kubernetes.Builder;
using CheckpointOperator.Kubernetes.Client;
using CheckpointOperator.Kubernetes.Controllers;
using CheckpointOperator.Kubernetes.Events;
using CheckpointOperator.Kubernetes.Health;
using CheckpointOperator.Kubernetes.Informers;
using CheckpointOperator.Kubernetes.LeaderElection;
using CheckpointOperator.Kubernetes.Metrics;
using CheckpointOperator.Kubernetes.Tracing;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Puts an operator into a host.</summary>
public static class KubernetesOperatorServiceCollectionExtensions
{
    /// <summary>Adds the client, the informers, the controllers' workers, the leader election, the Events and the health endpoint.
    /// An <see cref="ApiConnection"/> that is registered before is used; else one from the Pod's service account, KUBECONFIG or ~/.kube/config.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configure">Sets how the operator runs.</param>
    /// <returns>Takes the controllers.</returns>
    public static IOperatorBuilder AddKubernetesOperator(this IServiceCollection services, Action<OperatorSettingsBuilder>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(services);
        OperatorSettingsBuilder settingsBuilder = new();
        configure?.Invoke(settingsBuilder);
        OperatorSettings settings = settingsBuilder.Build();

        services.AddSingleton(settings);
        services.AddMetrics();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(_ => new ApiConnection(KubernetesClientConfiguration.BuildDefaultConfig()));
        services.TryAddSingleton(provider => new ApiServer(
            provider.GetRequiredService<ApiConnection>(), provider.GetRequiredService<TimeProvider>(), provider.GetService<WriteFence>()));
        services.TryAddSingleton(typeof(ResourceClient<>));
        services.TryAddSingleton<OperatorMetrics>();
        services.TryAddSingleton<ReconcileTraces>();

        // A host stops its services in reverse: controllers drain first, then the caches, the lease is given back, and Events are written last.
        services.AddSingleton(provider => new EventRecorder(
            Unfenced<Corev1Event>(provider), settings, provider.GetRequiredService<OperatorMetrics>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<EventRecorder>>()));
        services.AddSingleton<EventPublisher>(provider => provider.GetRequiredService<EventRecorder>().PublishAsync);
        services.AddHostedService(provider => provider.GetRequiredService<EventRecorder>());

        services.AddSingleton<IHealthCheck, InformerHealth>();
        services.AddSingleton<HealthServer>();
        services.AddHostedService(provider => provider.GetRequiredService<HealthServer>());

        if (settings.LeaderElectionType == LeaderElectionType.Single)
        {
            services.AddSingleton<WriteFence>();
            services.AddSingleton<IHealthCheck, LeadershipHealth>();
            services.AddSingleton(provider => new LeaderElector(Unfenced<V1Lease>(provider), settings, provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<LeaderElectionService>();
            services.AddSingleton<ILeadership>(provider => provider.GetRequiredService<LeaderElectionService>());
            services.AddHostedService(provider => provider.GetRequiredService<LeaderElectionService>());
        }
        else
        {
            services.AddSingleton<ILeadership, AlwaysLeader>();
        }

        services.AddSingleton<InformersService>();
        services.AddHostedService(provider => provider.GetRequiredService<InformersService>());
        services.AddHostedService<ControllersService>();
        return new OperatorBuilder(services, settings);
    }

    /// <summary>The lease is written to become the leader, and Events tell of what was done while this process was it.</summary>
    private static ResourceClient<TEntity> Unfenced<TEntity>(IServiceProvider provider)
        where TEntity : class, IKubernetesObject<V1ObjectMeta> =>
        new(new ApiServer(provider.GetRequiredService<ApiConnection>(), provider.GetRequiredService<TimeProvider>()), provider.GetRequiredService<TimeProvider>());
}
