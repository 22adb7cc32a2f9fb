namespace CheckpointOperator.ControlPlane.Tests.Faults;

/// <summary>A wall clock that is set while programs run: the monotonic clock, and the timers, know nothing of it.</summary>
public sealed class SetClock : TimeProvider
{
    /// <summary>How far it was set forward, or back.</summary>
    public TimeSpan Step { get; set; }

    /// <inheritdoc />
    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Step;
}
