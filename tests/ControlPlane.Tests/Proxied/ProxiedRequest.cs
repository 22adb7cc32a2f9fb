namespace CheckpointOperator.ControlPlane.Tests.Proxied;

/// <summary>A request that came to a <see cref="FaultProxy"/>.</summary>
/// <param name="At">When.</param>
/// <param name="Method">The HTTP method.</param>
/// <param name="Path">Its path.</param>
/// <param name="IsWatch">Whether it is a watch.</param>
public sealed record ProxiedRequest(DateTimeOffset At, string Method, string Path, bool IsWatch)
{
    /// <summary>Whether it is about the leader's lease.</summary>
    public bool IsLease => Path.Contains("/leases", StringComparison.Ordinal);

    /// <summary>Whether it asks for, or changes, a Node. Those are the whole cluster's: when there is something to do about them is decided by other tests too.</summary>
    public bool IsNode => Path.Contains("/nodes/", StringComparison.Ordinal);

    /// <summary>Whether it changes what the operator works on; Events tell of it only.</summary>
    public bool IsWrite => Method != "GET" && !IsLease && !IsNode && !Path.Contains("/events", StringComparison.Ordinal);
}
