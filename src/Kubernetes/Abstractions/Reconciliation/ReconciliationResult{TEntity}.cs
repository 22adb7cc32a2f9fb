using System.Diagnostics.CodeAnalysis;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Abstractions.Reconciliation;

/// <summary>What came of a reconcile. Outcomes are returned; surprises are thrown and retried with backoff.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public sealed record ReconciliationResult<TEntity>
    where TEntity : IKubernetesObject<V1ObjectMeta>
{
    private ReconciliationResult(TEntity entity, bool isSuccess, string? errorMessage, Exception? error, TimeSpan? requeueAfter)
    {
        Entity = entity;
        IsSuccess = isSuccess;
        ErrorMessage = errorMessage;
        Error = error;
        RequeueAfter = requeueAfter;
    }

    /// <summary>The object, as the reconcile left it.</summary>
    public TEntity Entity { get; }

    /// <summary>Whether the object is as it should be, or on its way.</summary>
    [MemberNotNullWhen(false, nameof(ErrorMessage))]
    public bool IsSuccess { get; }

    /// <summary>What failed.</summary>
    public string? ErrorMessage { get; }

    /// <summary>The exception behind it, if there is one.</summary>
    public Exception? Error { get; }

    /// <summary>When to look again. Null means on the next event after a success, and with backoff after a failure.</summary>
    public TimeSpan? RequeueAfter { get; set; }

    /// <summary>It went well.</summary>
    /// <param name="entity">The object.</param>
    /// <param name="requeueAfter">When to look again; null for on the next event.</param>
    public static ReconciliationResult<TEntity> Success(TEntity entity, TimeSpan? requeueAfter = null) =>
        new(entity, true, null, null, requeueAfter);

    /// <summary>It failed in a way that was foreseen.</summary>
    /// <param name="entity">The object.</param>
    /// <param name="errorMessage">What failed and what to do.</param>
    /// <param name="error">The exception behind it.</param>
    /// <param name="requeueAfter">When to try again; null for with backoff.</param>
    public static ReconciliationResult<TEntity> Failure(TEntity entity, string errorMessage, Exception? error = null, TimeSpan? requeueAfter = null) =>
        new(entity, false, errorMessage, error, requeueAfter);
}
