using System.Net;

namespace CheckpointOperator.ControlPlane.Tests.Faults;

/// <summary>Lets so many writes through and no request after them: for the API server, the process was killed there. Those to objects of the whole cluster do
/// not count: which Nodes are there to be labelled is decided by the other tests that run meanwhile.</summary>
public sealed class Death(int afterWrites) : DelegatingHandler
{
    private readonly TaskCompletionSource _dead = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _writes;

    /// <summary>Completes with the first request that is not let through.</summary>
    public Task Came => _dead.Task;

    /// <inheritdoc />
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // Events are told after the write that they tell of, and may be lost with the process.
        string path = request.RequestUri!.AbsolutePath;
        bool isWrite = request.Method != HttpMethod.Get && path.Contains("/namespaces/", StringComparison.Ordinal) && !path.EndsWith("/events", StringComparison.Ordinal);
        if (_dead.Task.IsCompleted || (isWrite && Interlocked.Increment(ref _writes) > afterWrites))
        {
            _dead.TrySetResult();
            throw new HttpRequestException($"{request.Method} {request.RequestUri}: the process is dead.", null, HttpStatusCode.ServiceUnavailable);
        }

        return await base.SendAsync(request, cancellationToken);
    }
}
