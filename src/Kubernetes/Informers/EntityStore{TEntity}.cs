using CheckpointOperator.Kubernetes.Abstractions.Caching;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Abstractions.Reconciliation;
using CheckpointOperator.Kubernetes.Json;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Informers;

/// <summary>The cache of one kind. One informer writes it; changes are told after they are in it, outside of its lock.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
public sealed class EntityStore<TEntity> : IEntityCache<TEntity>
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _synced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Action<EntityChange<TEntity>>> _subscribers = [];
    private readonly List<Action> _missing = [];
    private readonly List<Waiter> _waiters = [];
    private Dictionary<EntityIndex<TEntity>, IndexedKeys<TEntity>> _indexes = [];
    private Dictionary<NamespacedName, TEntity> _entities = [];

    /// <summary>Makes an empty one.</summary>
    /// <param name="time">The clock.</param>
    public EntityStore(TimeProvider time) => _time = time;

    /// <inheritdoc />
    public bool HasSynced => _synced.Task.IsCompleted;

    /// <inheritdoc />
    public Task WaitForSyncAsync(CancellationToken cancellationToken) => _synced.Task.WaitAsync(cancellationToken);

    /// <inheritdoc />
    public TEntity? Get(NamespacedName key) => Peek(key) is { } entity ? KubernetesSerializer.Clone(entity) : null;

    /// <inheritdoc />
    public IReadOnlyList<TEntity> List(Func<TEntity, bool>? where = null) =>
        [.. Snapshot().Select(pair => pair.Value).Where(where ?? (static _ => true)).Select(KubernetesSerializer.Clone)];

    /// <inheritdoc />
    public IReadOnlyList<NamespacedName> Keys(Func<TEntity, bool> where) =>
        [.. Snapshot().Where(pair => where(pair.Value)).Select(pair => pair.Key)];

    /// <inheritdoc />
    public IReadOnlyList<NamespacedName> Keys(EntityIndex<TEntity> index, string value)
    {
        lock (_lock)
        {
            if (!_indexes.TryGetValue(index, out IndexedKeys<TEntity>? keys))
                _indexes[index] = keys = Build(index, _entities);
            return keys.Find(value);
        }
    }

    /// <inheritdoc />
    public async Task<TEntity?> WaitForAsync(NamespacedName key, Func<TEntity?, bool> predicate, TimeSpan limit, CancellationToken cancellationToken)
    {
        Waiter waiter = new(key, predicate);
        TEntity? current;
        lock (_lock)
        {
            // In this order a change that comes between is either seen here or told to the waiter.
            _waiters.Add(waiter);
            current = _entities.GetValueOrDefault(key);
        }
        try
        {
            if (HasSynced)
                waiter.Offer(current);
            TEntity? found = await waiter.Found.WaitAsync(limit, _time, cancellationToken).ConfigureAwait(false);
            return found is null ? null : KubernetesSerializer.Clone(found);
        }
        catch (TimeoutException error)
        {
            string seen = Peek(key) is { } entity ? $"it is at resourceVersion {entity.Metadata.ResourceVersion}" : "it is not in the cache";
            throw new TimeoutException($"{EntityMetadata.Of<TEntity>().Kind} {key} did not come to what was waited for within {limit.TotalSeconds} s; {seen}.", error);
        }
        finally
        {
            lock (_lock)
                _waiters.Remove(waiter);
        }
    }

    /// <summary>Tells every change from now on, in order, on the informer's thread. Called before the informer starts.</summary>
    /// <param name="subscriber">Is told; must not block.</param>
    /// <param name="missed">Is told that any object may have changed unseen: at the start, and after a gap, of a kind that is not kept.</param>
    public void Subscribe(Action<EntityChange<TEntity>> subscriber, Action? missed = null)
    {
        lock (_lock)
        {
            _subscribers.Add(subscriber);
            if (missed is not null)
                _missing.Add(missed);
        }
    }

    /// <summary>Begins, at the start or after a gap, to pass on changes of objects that are not kept.</summary>
    internal void Begin()
    {
        Action[] missing;
        lock (_lock)
            missing = [.. _missing];
        _synced.TrySetResult();
        foreach (Action missed in missing)
            missed();
    }

    /// <summary>Tells that an object changed, came or went, of a kind that is not kept.</summary>
    /// <param name="entity">The object.</param>
    internal void Pass(TEntity entity) => Tell(new EntityChange<TEntity>(ReconciliationType.Modified, NamespacedName.Of(entity), entity));

    /// <summary>Takes a whole list: what is no longer in it is gone, however it went.</summary>
    /// <param name="entities">The list.</param>
    internal void Replace(IEnumerable<TEntity> entities)
    {
        Dictionary<NamespacedName, TEntity> latest = entities.ToDictionary(entity => NamespacedName.Of(entity));
        Dictionary<NamespacedName, TEntity> previous;
        lock (_lock)
        {
            previous = _entities;
            _entities = latest;
            _indexes = _indexes.Keys.ToDictionary(index => index, index => Build(index, latest));
        }
        List<EntityChange<TEntity>> changes = [];
        foreach ((NamespacedName key, TEntity old) in previous)
        {
            // A new object of an old name: the old one went unseen.
            if (!latest.TryGetValue(key, out TEntity? now) || now.Metadata.Uid != old.Metadata.Uid)
                changes.Add(new EntityChange<TEntity>(ReconciliationType.Deleted, key, old));
        }
        foreach ((NamespacedName key, TEntity now) in latest)
        {
            if (!previous.TryGetValue(key, out TEntity? old) || now.Metadata.Uid != old.Metadata.Uid)
                changes.Add(new EntityChange<TEntity>(ReconciliationType.Added, key, now));
            else if (old.Metadata.ResourceVersion != now.Metadata.ResourceVersion)
                changes.Add(new EntityChange<TEntity>(ReconciliationType.Modified, key, now, old));
        }
        bool first = _synced.TrySetResult();
        foreach (EntityChange<TEntity> change in changes)
            Tell(change);
        if (first)
            OfferAll();
    }

    /// <summary>Takes a new or changed object.</summary>
    /// <param name="entity">The object.</param>
    internal void Set(TEntity entity)
    {
        NamespacedName key = NamespacedName.Of(entity);
        TEntity? old;
        lock (_lock)
        {
            old = _entities.GetValueOrDefault(key);
            _entities[key] = entity;
            Index(key, old, entity);
        }
        if (old is not null && old.Metadata.Uid != entity.Metadata.Uid)
        {
            Tell(new EntityChange<TEntity>(ReconciliationType.Deleted, key, old));
            old = null;
        }
        Tell(new EntityChange<TEntity>(old is null ? ReconciliationType.Added : ReconciliationType.Modified, key, entity, old));
    }

    /// <summary>Takes out an object.</summary>
    /// <param name="entity">Its last state.</param>
    internal void Remove(TEntity entity)
    {
        NamespacedName key = NamespacedName.Of(entity);
        lock (_lock)
        {
            if (_entities.Remove(key, out TEntity? old))
                Index(key, old, null);
        }
        Tell(new EntityChange<TEntity>(ReconciliationType.Deleted, key, entity));
    }

    internal TEntity? Peek(NamespacedName key)
    {
        lock (_lock)
            return _entities.GetValueOrDefault(key);
    }

    private static IndexedKeys<TEntity> Build(EntityIndex<TEntity> index, Dictionary<NamespacedName, TEntity> entities)
    {
        IndexedKeys<TEntity> keys = new(index);
        foreach ((NamespacedName key, TEntity entity) in entities)
            keys.Change(key, null, entity);
        return keys;
    }

    private void Index(NamespacedName key, TEntity? before, TEntity? after)
    {
        foreach (IndexedKeys<TEntity> keys in _indexes.Values)
            keys.Change(key, before, after);
    }

    private KeyValuePair<NamespacedName, TEntity>[] Snapshot()
    {
        lock (_lock)
            return [.. _entities];
    }

    private void Tell(EntityChange<TEntity> change)
    {
        Action<EntityChange<TEntity>>[] subscribers;
        Waiter[] waiters;
        lock (_lock)
        {
            subscribers = [.. _subscribers];
            waiters = [.. _waiters.Where(waiter => waiter.Key == change.Key)];
        }
        foreach (Waiter waiter in waiters)
            waiter.Offer(change.Type == ReconciliationType.Deleted ? null : change.Entity);
        foreach (Action<EntityChange<TEntity>> subscriber in subscribers)
            subscriber(change);
    }

    private void OfferAll()
    {
        (Waiter Waiter, TEntity? Entity)[] waiting;
        lock (_lock)
            waiting = [.. _waiters.Select(waiter => (waiter, _entities.GetValueOrDefault(waiter.Key)))];
        foreach ((Waiter waiter, TEntity? entity) in waiting)
            waiter.Offer(entity);
    }

    private sealed class Waiter(NamespacedName key, Func<TEntity?, bool> predicate)
    {
        private readonly TaskCompletionSource<TEntity?> _found = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public NamespacedName Key => key;

        public Task<TEntity?> Found => _found.Task;

        public void Offer(TEntity? entity)
        {
            try
            {
                if (predicate(entity))
                    _found.TrySetResult(entity);
            }
#pragma warning disable CA1031 // Whatever the predicate throws belongs to the one who waits, not to the informer.
            catch (Exception error)
#pragma warning restore CA1031
            {
                _found.TrySetException(error);
            }
        }
    }
}
