using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Controller;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation.Finalizer;
using CheckpointOperator.Kubernetes.Client;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;

namespace CheckpointOperator.Kubernetes.Controllers;

/// <summary>One reconcile of one object: its finalizers first, then its controller.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
internal sealed class Reconciler<TEntity>(
    IServiceScopeFactory scopes, ResourceClient<TEntity> client, IEnumerable<FinalizerRegistration<TEntity>> finalizers, OperatorSettings settings)
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly FinalizerRegistration<TEntity>[] _finalizers = [.. finalizers];

    public async Task<ReconciliationResult<TEntity>> ReconcileAsync(TEntity entity, CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        if (entity.Metadata.DeletionTimestamp is null)
        {
            if (settings.AutoAttachFinalizers && _finalizers.Length > 0)
                entity = await client.PatchAsync(entity, Attach, cancellationToken).ConfigureAwait(false);
            return await Controller(scope).ReconcileAsync(entity, cancellationToken).ConfigureAwait(false);
        }

        foreach (FinalizerRegistration<TEntity> registration in _finalizers)
        {
            if (entity.Metadata.Finalizers?.Contains(registration.Identifier) is not true)
                continue;
            IEntityFinalizer<TEntity> finalizer = scope.ServiceProvider.GetRequiredKeyedService<IEntityFinalizer<TEntity>>(registration.Identifier);
            ReconciliationResult<TEntity> result = await finalizer.FinalizeAsync(entity, cancellationToken).ConfigureAwait(false);
            if (!result.IsSuccess || result.RequeueAfter is not null)
                return result;
            // What was cleaned up stays cleaned up: taking the finalizer off is not cancelled with the process.
            if (await DetachAsync(result.Entity, registration.Identifier).ConfigureAwait(false) is not { } rest)
                return ReconciliationResult<TEntity>.Success(result.Entity);
            entity = rest;
        }
        return await Controller(scope).ReconcileAsync(entity, cancellationToken).ConfigureAwait(false);
    }

    public async Task<ReconciliationResult<TEntity>> DeletedAsync(TEntity entity, CancellationToken cancellationToken)
    {
        await using AsyncServiceScope scope = scopes.CreateAsyncScope();
        return await Controller(scope).DeletedAsync(entity, cancellationToken).ConfigureAwait(false);
    }

    private static IEntityController<TEntity> Controller(AsyncServiceScope scope) => scope.ServiceProvider.GetRequiredService<IEntityController<TEntity>>();

    private void Attach(TEntity entity)
    {
        entity.Metadata.Finalizers ??= [];
        foreach (FinalizerRegistration<TEntity> registration in _finalizers)
        {
            if (!entity.Metadata.Finalizers.Contains(registration.Identifier))
                entity.Metadata.Finalizers.Add(registration.Identifier);
        }
    }

    /// <summary>The object without the finalizer, or null where it went with it.</summary>
    private async Task<TEntity?> DetachAsync(TEntity entity, string identifier)
    {
        try
        {
            TEntity rest = await client.PatchAsync(entity, changed => changed.Metadata.Finalizers?.Remove(identifier), CancellationToken.None).ConfigureAwait(false);
            return rest.Metadata.Finalizers is { Count: > 0 } ? rest : null;
        }
        catch (ApiServerException error) when (error.IsNotFound)
        {
            return null;
        }
    }
}
