namespace CheckpointOperator.Kubernetes.Informers;

/// <summary>An informer of whatever kind.</summary>
internal interface IInformer
{
    string Kind { get; }

    bool HasSynced { get; }

    Task WaitForSyncAsync(CancellationToken cancellationToken);

    /// <summary>Since the API server last answered a list or sent anything on a watch.</summary>
    TimeSpan Silence { get; }

    /// <summary>What went wrong last, until something goes well.</summary>
    string? LastError { get; }

    Task RunAsync(CancellationToken cancellationToken);
}
