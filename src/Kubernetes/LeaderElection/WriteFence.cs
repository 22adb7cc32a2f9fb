using CheckpointOperator.Kubernetes.Client;

namespace CheckpointOperator.Kubernetes.LeaderElection;

/// <summary>Lets writes through while this process leads, and asks the clock at each of them: a process that stood still past its deadline
/// (SIGSTOP, a paused machine) goes on in the middle of a reconcile, before any timer tells it that it was deposed. What was sent before it
/// stood still is out of reach; that is what the resourceVersion and UID in every write are for.</summary>
internal sealed class WriteFence(TimeProvider time)
{
    private long _until = long.MinValue;

    public bool IsOpen => time.GetTimestamp() < Interlocked.Read(ref _until);

    /// <summary>Opens it, or keeps it open.</summary>
    /// <param name="since">The clock's timestamp from which the time counts.</param>
    /// <param name="duration">How long.</param>
    public void Open(long since, TimeSpan duration) => Interlocked.Exchange(ref _until, since + (long)(duration.TotalSeconds * time.TimestampFrequency));

    public void Close() => Interlocked.Exchange(ref _until, long.MinValue);

    /// <exception cref="NotLeaderException">It is a write, and the fence is closed.</exception>
    public void Check(ApiRequest request)
    {
        if (request.Method != HttpMethod.Get && !IsOpen)
            throw new NotLeaderException($"{request}: not sent, for this process does not lead, or no longer. Whoever leads does it.");
    }
}
