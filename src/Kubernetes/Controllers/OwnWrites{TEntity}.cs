using System.Collections.Concurrent;
using System.Globalization;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Controllers;

/// <summary>
/// What reconciles wrote that the cache has not seen yet. Until then a reconcile would judge by what it has changed itself, and do it once more: reads, and a write
/// that is refused over its version. Versions are compared as the numbers that they are (KEP-5504); where one is none, nothing is held back.
/// </summary>
/// <typeparam name="TEntity">The kind.</typeparam>
internal sealed class OwnWrites<TEntity>
    where TEntity : class, IKubernetesObject<V1ObjectMeta>
{
    private readonly ConcurrentDictionary<NamespacedName, (string Uid, ulong Version)> _newest = new();

    /// <summary>Notes what a reconcile has left.</summary>
    public void Note(NamespacedName key, TEntity cached, TEntity left)
    {
        if (cached.Metadata.Uid == left.Metadata.Uid && VersionOf(left) is { } version && version > VersionOf(cached))
            _newest[key] = (left.Metadata.Uid, version);
    }

    /// <summary>Whether the cache lags behind what was noted. The watch will bring that, and with it the key.</summary>
    public bool IsBehind(NamespacedName key, TEntity? cached)
    {
        if (!_newest.TryGetValue(key, out (string Uid, ulong Version) newest))
            return false;
        if (cached?.Metadata.Uid == newest.Uid && VersionOf(cached) < newest.Version)
            return true;
        _newest.TryRemove(key, out _);
        return false;
    }

    private static ulong? VersionOf(TEntity entity) =>
        ulong.TryParse(entity.Metadata.ResourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out ulong version) ? version : null;
}
