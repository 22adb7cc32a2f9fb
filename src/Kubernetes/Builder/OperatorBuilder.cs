using System.Diagnostics.CodeAnalysis;
using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Caching;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Controller;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Finalizer;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Queue;
using CheckpointOperator.Kubernetes.Client;
using CheckpointOperator.Kubernetes.Controllers;
using CheckpointOperator.Kubernetes.Informers;
using CheckpointOperator.Kubernetes.Metrics;
using CheckpointOperator.Kubernetes.Queues;
using CheckpointOperator.Kubernetes.Tracing;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CheckpointOperator.Kubernetes.Builder;

/// <summary>Registers what each kind needs, once.</summary>
internal sealed class OperatorBuilder(IServiceCollection services, OperatorSettings settings) : IOperatorBuilder
{
    private readonly Dictionary<Type, InformerSettings> _informers = [];
    private readonly Dictionary<Type, Delegate> _trims = [];
    private readonly HashSet<Type> _queues = [];
    private readonly HashSet<Type> _controllers = [];

    public IServiceCollection Services => services;

    public OperatorSettings Settings => settings;

    public IOperatorBuilder AddController<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation, TEntity>()
        where TImplementation : class, IEntityController<TEntity>
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        if (!_controllers.Add(typeof(TEntity)))
            throw new InvalidOperationException($"{EntityMetadata.Of<TEntity>().Kind} has a controller already; {typeof(TImplementation).Name} cannot be a second one.");
        AddInformer<TEntity>();
        AddQueue<TEntity>();
        services.AddScoped<IEntityController<TEntity>, TImplementation>();
        services.AddSingleton(provider => new Reconciler<TEntity>(
            provider.GetRequiredService<IServiceScopeFactory>(),
            provider.GetRequiredService<ResourceClient<TEntity>>(),
            provider.GetServices<FinalizerRegistration<TEntity>>(),
            settings));
        services.AddSingleton<IControllerHost>(provider => new ControllerHost<TEntity>(
            Kept(provider.GetRequiredService<EntityStore<TEntity>>(), _informers[typeof(TEntity)]),
            provider.GetRequiredService<ReconcileQueue<TEntity>>(),
            provider.GetRequiredService<Reconciler<TEntity>>(),
            settings,
            provider.GetRequiredService<OperatorMetrics>(),
            provider.GetRequiredService<ReconcileTraces>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ControllerHost<TEntity>>>()));
        return this;
    }

    public IOperatorBuilder AddControllerWithLabelSelector<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation, TEntity,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TLabelSelector>()
        where TImplementation : class, IEntityController<TEntity>
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
        where TLabelSelector : class, IEntityLabelSelector<TEntity>
    {
        services.AddSingleton<IEntityLabelSelector<TEntity>, TLabelSelector>();
        return AddController<TImplementation, TEntity>();
    }

    public IOperatorBuilder AddControllerWithFieldSelector<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation, TEntity,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TFieldSelector>()
        where TImplementation : class, IEntityController<TEntity>
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
        where TFieldSelector : class, IEntityFieldSelector<TEntity>
    {
        services.AddSingleton<IEntityFieldSelector<TEntity>, TFieldSelector>();
        return AddController<TImplementation, TEntity>();
    }

    public IOperatorBuilder AddFinalizer<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation, TEntity>(string identifier)
        where TImplementation : class, IEntityFinalizer<TEntity>
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(identifier);
        services.AddKeyedScoped<IEntityFinalizer<TEntity>, TImplementation>(identifier);
        services.AddSingleton(new FinalizerRegistration<TEntity>(identifier, typeof(TImplementation)));
        services.AddSingleton<EntityFinalizerAttacher<TImplementation, TEntity>>(provider =>
        {
            ResourceClient<TEntity> client = provider.GetRequiredService<ResourceClient<TEntity>>();
            return (entity, cancellationToken) => client.PatchAsync(
                entity,
                changed =>
                {
                    changed.Metadata.Finalizers ??= [];
                    if (!changed.Metadata.Finalizers.Contains(identifier))
                        changed.Metadata.Finalizers.Add(identifier);
                },
                cancellationToken);
        });
        return this;
    }

    public IOperatorBuilder AddInformer<TEntity>(Action<InformerSettings>? configure = null, Action<TEntity>? trim = null)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        if (!_informers.TryGetValue(typeof(TEntity), out InformerSettings? informerSettings))
        {
            informerSettings = _informers[typeof(TEntity)] = new InformerSettings();
            services.AddSingleton(provider => new EntityStore<TEntity>(provider.GetRequiredService<TimeProvider>()));
            services.AddSingleton<IEntityCache<TEntity>>(provider => Kept(provider.GetRequiredService<EntityStore<TEntity>>(), informerSettings));
            services.AddSingleton<IInformer>(provider => new Informer<TEntity>(
                provider.GetRequiredService<ResourceClient<TEntity>>(),
                provider.GetRequiredService<EntityStore<TEntity>>(),
                new InformerScope<TEntity>(
                    settings, informerSettings, provider.GetService<IEntityLabelSelector<TEntity>>(), provider.GetService<IEntityFieldSelector<TEntity>>()),
                settings,
                provider.GetRequiredService<OperatorMetrics>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<Informer<TEntity>>>(),
                (Action<TEntity>?)_trims.GetValueOrDefault(typeof(TEntity))));
        }
        if (trim is not null)
            _trims[typeof(TEntity)] = trim;
        configure?.Invoke(informerSettings);
        return this;
    }

    public IOperatorBuilder Watches<TOther, TEntity>(Func<TOther, IEntityCache<TEntity>, IEnumerable<NamespacedName>> map)
        where TOther : class, IKubernetesObject<V1ObjectMeta>
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        ArgumentNullException.ThrowIfNull(map);
        AddInformer<TOther>();
        AddInformer<TEntity>();
        AddQueue<TEntity>();
        services.AddSingleton<ISecondaryWatch>(provider => new SecondaryWatch<TOther, TEntity>(
            provider.GetRequiredService<EntityStore<TOther>>(),
            provider.GetRequiredService<IEntityCache<TEntity>>(),
            provider.GetRequiredService<ReconcileQueue<TEntity>>(),
            map,
            provider.GetRequiredService<ILogger<SecondaryWatch<TOther, TEntity>>>()));
        return this;
    }

    private static EntityStore<TEntity> Kept<TEntity>(EntityStore<TEntity> store, InformerSettings informerSettings)
        where TEntity : class, IKubernetesObject<V1ObjectMeta> =>
        !informerSettings.ChangesOnly ? store : throw new InvalidOperationException(
            $"{EntityMetadata.Of<TEntity>().Kind} is registered with {nameof(InformerSettings.ChangesOnly)}, so none is kept: a controller or whoever asks a cache of it needs it without.");

    private void AddQueue<TEntity>()
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
    {
        if (!_queues.Add(typeof(TEntity)))
            return;
        services.AddSingleton(provider => new ReconcileQueue<TEntity>(
            settings, provider.GetRequiredService<OperatorMetrics>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<EntityKeyQueue<TEntity>>(provider => provider.GetRequiredService<ReconcileQueue<TEntity>>().Add);
        services.AddSingleton<EntityQueue<TEntity>>(provider =>
        {
            ReconcileQueue<TEntity> queue = provider.GetRequiredService<ReconcileQueue<TEntity>>();
            return (entity, _, _, queueIn, _, _) => Task.FromResult(queue.Add(NamespacedName.Of(entity), queueIn));
        });
    }
}
