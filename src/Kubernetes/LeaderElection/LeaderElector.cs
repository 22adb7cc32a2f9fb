using CheckpointOperator.Kubernetes.Abstractions.Builder;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Client;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.LeaderElection;

/// <summary>One process's tries to hold a lease. The clock of another machine is never compared with the own: a lease is free
/// when it was seen unchanged for as long as its holder said, by the own monotonic clock.</summary>
internal sealed class LeaderElector
{
    private const int ReleasedSeconds = 1;
    private const int ReleaseTries = 4;

    private readonly ResourceClient<V1Lease> _leases;
    private readonly OperatorSettings _settings;
    private readonly TimeProvider _time;
    private V1Lease? _observed;
    private long _observedAt;

    public LeaderElector(ResourceClient<V1Lease> leases, OperatorSettings settings, TimeProvider time)
    {
        _leases = leases;
        _settings = settings;
        _time = time;
        Key = new NamespacedName(settings.LeaseNamespace, $"{settings.Name}-leader");
    }

    public NamespacedName Key { get; }

    /// <summary>Who holds the lease, as last seen; null for nobody.</summary>
    public string? Holder => string.IsNullOrEmpty(_observed?.Spec?.HolderIdentity) ? null : _observed.Spec.HolderIdentity;

    /// <summary>Takes the lease or renews it.</summary>
    /// <returns>False where another holds it.</returns>
    public async Task<bool> TryHoldAsync(CancellationToken cancellationToken)
    {
        try
        {
            V1Lease? lease = await _leases.GetAsync(Key, cancellationToken).ConfigureAwait(false);
            if (lease is null)
            {
                V1Lease mine = new() { Metadata = new V1ObjectMeta { Name = Key.Name, NamespaceProperty = Key.Namespace }, Spec = Held(null) };
                Observe(await _leases.CreateAsync(mine, cancellationToken).ConfigureAwait(false));
                return true;
            }
            if (_observed?.Metadata.ResourceVersion != lease.Metadata.ResourceVersion)
                Observe(lease);
            // Null and empty holders have both given it up; KubernetesClient's own elector waits for ever on null.
            if (Holder is { } holder && holder != _settings.Identity && _time.GetElapsedTime(_observedAt) < Duration(lease))
                return false;
            lease.Spec = Held(lease.Spec);
            Observe(await _leases.UpdateAsync(lease, cancellationToken).ConfigureAwait(false));
            return true;
        }
        catch (ApiServerException error) when (error.IsConflict || error.IsAlreadyExists)
        {
            return false;
        }
    }

    /// <summary>Gives the lease back, so that another need not wait for its end.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        for (int tries = 1; _observed is { } lease && Holder == _settings.Identity; tries++)
        {
            try
            {
                lease.Spec.HolderIdentity = string.Empty;
                lease.Spec.LeaseDurationSeconds = ReleasedSeconds;
                lease.Spec.RenewTime = lease.Spec.AcquireTime = Now();
                Observe(await _leases.UpdateAsync(lease, cancellationToken).ConfigureAwait(false));
            }
            catch (ApiServerException error) when (error.IsConflict && tries < ReleaseTries)
            {
                // A renewal whose answer nobody waited for, as the process was told to end meanwhile; or another's lease by now.
                if (await _leases.GetAsync(Key, cancellationToken).ConfigureAwait(false) is not { } latest)
                    return;
                Observe(latest);
            }
        }
    }

    private V1LeaseSpec Held(V1LeaseSpec? before)
    {
        bool already = before?.HolderIdentity == _settings.Identity;
        return new V1LeaseSpec
        {
            HolderIdentity = _settings.Identity,
            LeaseDurationSeconds = (int)Math.Ceiling(_settings.LeaderElectionLeaseDuration.TotalSeconds),
            AcquireTime = already ? before!.AcquireTime : Now(),
            RenewTime = Now(),
            LeaseTransitions = (before?.LeaseTransitions ?? 0) + (already || before is null ? 0 : 1),
        };
    }

    private TimeSpan Duration(V1Lease lease) =>
        lease.Spec?.LeaseDurationSeconds is > 0 and { } seconds ? TimeSpan.FromSeconds(seconds) : _settings.LeaderElectionLeaseDuration;

    private void Observe(V1Lease lease)
    {
        _observed = lease;
        _observedAt = _time.GetTimestamp();
    }

    private DateTime Now()
    {
        DateTime now = _time.GetUtcNow().UtcDateTime;
        // A lease's times are read with exactly six digits behind the second, and the client leaves them out of a whole second.
        return now.Ticks % TimeSpan.TicksPerSecond == 0 ? now.AddMicroseconds(1) : now;
    }
}
