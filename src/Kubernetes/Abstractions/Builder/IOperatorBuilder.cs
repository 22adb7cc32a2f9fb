using System.Diagnostics.CodeAnalysis;
using CheckpointOperator.Kubernetes.Abstractions.Caching;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Controller;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Finalizer;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;

namespace CheckpointOperator.Kubernetes.Abstractions.Builder;

/// <summary>What an operator is made of. Each kind has one informer in a process, so one pair of selectors.</summary>
public interface IOperatorBuilder
{
    /// <summary>The host's services.</summary>
    IServiceCollection Services { get; }

    /// <summary>How the operator runs.</summary>
    OperatorSettings Settings { get; }

    /// <summary>Adds a controller for all objects of a kind.</summary>
    /// <typeparam name="TImplementation">The controller; one instance in a scope of its own for each reconcile.</typeparam>
    /// <typeparam name="TEntity">The kind.</typeparam>
    IOperatorBuilder AddController<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation, TEntity>()
        where TImplementation : class, IEntityController<TEntity>
        where TEntity : class, IKubernetesObject<V1ObjectMeta>;

    /// <summary>Adds a controller for the objects of a kind that a label selector finds.</summary>
    /// <typeparam name="TImplementation">The controller; one instance in a scope of its own for each reconcile.</typeparam>
    /// <typeparam name="TEntity">The kind.</typeparam>
    /// <typeparam name="TLabelSelector">The selector; made by the services.</typeparam>
    IOperatorBuilder AddControllerWithLabelSelector<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation, TEntity,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TLabelSelector>()
        where TImplementation : class, IEntityController<TEntity>
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
        where TLabelSelector : class, IEntityLabelSelector<TEntity>;

    /// <summary>Adds a controller for the objects of a kind that a field selector finds.</summary>
    /// <typeparam name="TImplementation">The controller; one instance in a scope of its own for each reconcile.</typeparam>
    /// <typeparam name="TEntity">The kind.</typeparam>
    /// <typeparam name="TFieldSelector">The selector; made by the services.</typeparam>
    IOperatorBuilder AddControllerWithFieldSelector<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation, TEntity,
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TFieldSelector>()
        where TImplementation : class, IEntityController<TEntity>
        where TEntity : class, IKubernetesObject<V1ObjectMeta>
        where TFieldSelector : class, IEntityFieldSelector<TEntity>;

    /// <summary>Adds a finalizer for a kind that has a controller.</summary>
    /// <typeparam name="TImplementation">The finalizer; one instance in a scope of its own for each run.</typeparam>
    /// <typeparam name="TEntity">The kind.</typeparam>
    /// <param name="identifier">How it is written in metadata.finalizers.</param>
    IOperatorBuilder AddFinalizer<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] TImplementation, TEntity>(string identifier)
        where TImplementation : class, IEntityFinalizer<TEntity>
        where TEntity : class, IKubernetesObject<V1ObjectMeta>;

    /// <summary>Adds a cache of a kind, to be asked for as <see cref="IEntityCache{TEntity}"/>. A kind with a controller has one already.</summary>
    /// <typeparam name="TEntity">The kind.</typeparam>
    /// <param name="configure">Namespace and selectors.</param>
    /// <param name="trim">Takes off each object what nobody asks the cache for, before it is kept: client-go's transform. What a controller changes in an
    /// object from the cache is written as the difference, so what was taken off stays as it is at the server.</param>
    IOperatorBuilder AddInformer<TEntity>(Action<InformerSettings>? configure = null, Action<TEntity>? trim = null)
        where TEntity : class, IKubernetesObject<V1ObjectMeta>;

    /// <summary>Reconciles objects of one kind when an object of another changes. Adds the other kind's informer if it is not there.</summary>
    /// <typeparam name="TOther">The kind that changes.</typeparam>
    /// <typeparam name="TEntity">The kind that is reconciled.</typeparam>
    /// <param name="map">From the changed object, which it must not change, and the cache of the reconciled kind to the keys to reconcile.
    /// Asked with both states of a modified object, but for a kind whose changes alone are told (<see cref="InformerSettings.ChangesOnly"/>).</param>
    IOperatorBuilder Watches<TOther, TEntity>(Func<TOther, IEntityCache<TEntity>, IEnumerable<NamespacedName>> map)
        where TOther : class, IKubernetesObject<V1ObjectMeta>
        where TEntity : class, IKubernetesObject<V1ObjectMeta>;
}
