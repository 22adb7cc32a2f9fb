namespace CheckpointOperator.ControlPlane.Tests.Proxied;

/// <summary>The operator's program behind a proxy of its own.</summary>
public sealed class ProxiedOperator : IAsyncDisposable
{
    private static readonly TimeSpan IdleWindow = TimeSpan.FromSeconds(2);

    private ProxiedOperator(TestNamespace space, TcpRelay relay, FaultProxy proxy, OperatorProcess process) =>
        (Space, Relay, Proxy, Process) = (space, relay, proxy, process);

    /// <summary>Where it works.</summary>
    public TestNamespace Space { get; }

    /// <summary>In front of the proxy.</summary>
    public TcpRelay Relay { get; }

    public FaultProxy Proxy { get; }

    public OperatorProcess Process { get; }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Starts one and waits until it watches.</summary>
    public static async Task<ProxiedOperator> StartAsync(TestNamespace space, string identity, params (string Setting, string Value)[] settings)
    {
        FaultProxy proxy = await FaultProxy.StartAsync(space.ControlPlane, identity);
        var relay = new TcpRelay(proxy.Address.Port);
        var started = new ProxiedOperator(space, relay, proxy, await OperatorProcess.StartAsync(space, identity, $"https://localhost:{relay.Port}", proxy.Certificate, settings));
        await started.UntilAsync(() => proxy.OpenWatches == 5, "watches all five kinds");
        return started;
    }

    /// <summary>Waits until something about it is so.</summary>
    public async Task UntilAsync(Func<bool> holds, string what)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(TestNamespace.Limit);
        while (!holds())
        {
            if (limit.IsCancellationRequested)
                throw new TimeoutException($"The operator did not come to this: {what}. Its log:\n{Process.Log}");
            await Task.Delay(TimeSpan.FromMilliseconds(50), Cancelled);
        }
    }

    /// <summary>Waits until it rests: all watches open, no request but for the lease, and next to no processor time, for two seconds.</summary>
    public async Task UntilIdleAsync()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        limit.CancelAfter(TestNamespace.Limit);
        while (true)
        {
            (int requests, TimeSpan time) = (Requests(), Process.ProcessorTime);
            await Task.Delay(IdleWindow, Cancelled);
            (int more, TimeSpan spent) = (Requests() - requests, Process.ProcessorTime - time);
            if (more == 0 && spent < IdleWindow / 20 && Proxy.OpenWatches == 5)
                return;
            if (limit.IsCancellationRequested)
                throw new TimeoutException($"The operator is not idle: {more} requests, {spent.TotalMilliseconds} ms of processor time in {IdleWindow}, {Proxy.OpenWatches} watches. Its log:\n{Process.Log}");
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await Relay.DisposeAsync();
        await Proxy.DisposeAsync();
    }

    // A watch that was at its end is opened again, as often as it was asked for.
    private int Requests() => Proxy.Requests.Count(request => request is { IsLease: false, IsNode: false, IsWatch: false });
}
