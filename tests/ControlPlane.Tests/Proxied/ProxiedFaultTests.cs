using System.Collections.Concurrent;

namespace CheckpointOperator.ControlPlane.Tests.Proxied;

/// <summary>The operator's program and a real API server, with a proxy between them that does what networks and servers do. After each fault: the work is
/// finished, nothing was done twice (replayed from the server's audit log), and the program is idle again.</summary>
public sealed class ProxiedFaultTests(TestControlPlane controlPlane)
{
    // What is not told by a watch is not seen within the test.
    private static readonly (string, string) Never = ("RECHECKPERIOD", "1.00:00:00");
    // These are not about the lease, and on a busy machine a short one is lost, and the operator ends, as it should.
    private static readonly (string, string) LongLease = ("LEASEDURATION", "00:05:00");
    private static readonly (string, string) Alone = ("LEADERELECTION", "false");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public Task Watches_that_are_cut_again_and_again() => SurviveAsync(
        async (running, work) =>
        {
            Task working = work();
            for (int cut = 0; cut < 5; cut++)
            {
                await running.UntilAsync(() => running.Proxy.OpenWatches > 0, "watches again");
                running.Proxy.CutWatches();
                await Task.Delay(TimeSpan.FromMilliseconds(200), Cancelled);
            }
            await working;
        },
        Never);

    [Fact]
    public Task Watches_on_which_nothing_comes_any_more_though_their_connection_lives() => SurviveAsync(
        async (running, work) =>
        {
            var stalled = new ConcurrentDictionary<string, bool>();
            running.Proxy.Fault = (context, pass) => context.IsWatch() && stalled.TryAdd(context.Request.Path!, true) ? context.StallAsync() : pass();
            running.Proxy.CutWatches();
            await running.UntilAsync(() => stalled.Count == 5, "has all its watches stalled");
            await work();
        },
        Never, ("WATCHTIMEOUT", "00:00:04"));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task Watches_whose_resourceVersion_is_too_old(bool asEvent) => SurviveAsync(
        async (running, work) =>
        {
            var refused = new ConcurrentDictionary<string, bool>();
            running.Proxy.Fault = (context, pass) => !context.IsWatch() || !refused.TryAdd(context.Request.Path!, true) ? pass()
                : asEvent ? context.SendErrorEventAsync(410, "Expired") : context.RefuseAsync(410, "Gone");
            int lists = Lists(running.Proxy);
            running.Proxy.CutWatches();
            await work();
            Assert.Equal(5, refused.Count);
            Assert.Equal(5, Lists(running.Proxy) - lists);
        },
        Never);

    [Fact]
    public async Task Conflicts_again_and_again_the_servers_own_among_them()
    {
        int conflicts = 0;
        await SurviveAsync(
            async (running, work) =>
            {
                var tries = new ConcurrentDictionary<string, int>();
                running.Proxy.Fault = (context, pass) =>
                {
                    if (context.Request.Method != "PATCH" || tries.AddOrUpdate(context.Request.Path!, 1, (_, tried) => tried + 1) > 12)
                        return pass();
                    Interlocked.Increment(ref conflicts);
                    return context.RefuseAsync(409, "Conflict");
                };
                Task working = work();
                await Task.WhenAll(working, DisturbAsync(running.Space, working));
            });
        Assert.True(conflicts > 50, $"only {conflicts} conflicts were met");
    }

    [Fact]
    public Task A_server_that_is_busy_and_says_when_to_come_back() => SurviveAsync(
        async (running, work) =>
        {
            var refused = new ConcurrentDictionary<string, DateTimeOffset>();
            running.Proxy.Fault = (context, pass) => !context.IsLease() && refused.TryAdd($"{context.Request.Method} {context.Request.Path}", DateTimeOffset.UtcNow)
                ? context.RefuseAsync(429, "TooManyRequests", TimeSpan.FromSeconds(context.IsWatch() ? 4 : 1)) : pass();
            running.Proxy.CutWatches();
            await work();
            Assert.True(refused.Count > 10, $"only {refused.Count} requests were refused");
            foreach (ProxiedRequest refusal in running.Proxy.Requests.Where(request => request.IsWatch))
            {
                if (refused.TryGetValue($"GET {refusal.Path}", out DateTimeOffset at) && refusal.At > at)
                    Assert.True(refusal.At - at >= TimeSpan.FromSeconds(3.9), $"{refusal.Path} was asked for again after {refusal.At - at}");
            }
        },
        Never);

    [Fact]
    public Task A_server_that_fails_for_a_while() => SurviveAsync(
        async (running, work) =>
        {
            int failures = 0;
            running.Proxy.Fault = (context, pass) =>
            {
                if (context.IsLease())
                    return pass();
                // How many Nodes there are to label is decided by other tests too.
                if (!context.Request.Path.Value!.Contains("/nodes/", StringComparison.Ordinal))
                    Interlocked.Increment(ref failures);
                return context.RefuseAsync(500, "InternalError");
            };
            Task working = work();
            await running.UntilAsync(() => Volatile.Read(ref failures) >= 5 * Workload.Objects, "meets failures");
            await Task.Delay(TimeSpan.FromSeconds(3), Cancelled);
            // Each object waits longer each time.
            Assert.InRange(failures, 5 * Workload.Objects, 50 * Workload.Objects);
            running.Proxy.Fault = (_, pass) => pass();
            await working;
        });

    [Fact]
    public Task A_server_that_takes_its_time() => SurviveAsync(
        async (running, work) =>
        {
            running.Proxy.Fault = async (context, pass) =>
            {
                await Task.Delay(TimeSpan.FromMilliseconds(context.IsLease() ? 100 : 700), context.RequestAborted);
                await pass();
            };
            await work();
        });

    [Fact]
    public Task A_connection_that_is_refused_for_a_while() => SurviveAsync(
        async (running, work) =>
        {
            running.Proxy.Fault = (context, _) =>
            {
                context.Abort();
                return Task.CompletedTask;
            };
            running.Proxy.CutWatches();
            Task working = work();
            await Task.Delay(TimeSpan.FromSeconds(3), Cancelled);
            running.Proxy.Fault = (_, pass) => pass();
            await working;
        },
        Alone);

    private async Task SurviveAsync(Func<ProxiedOperator, Func<Task>, Task> fault, params (string Setting, string Value)[] settings)
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        var workload = new Workload(space);
        await workload.StartPodsAsync();
        await using ProxiedOperator running = await ProxiedOperator.StartAsync(space, "one", [LongLease, .. settings]);
        try
        {
            await fault(running, async () =>
            {
                await workload.BeginAsync();
                await workload.FinishAsync();
            });
        }
        catch (TimeoutException error)
        {
            throw new TimeoutException($"{error.Message}\nThe operator's log:\n{running.Process.Log}", error);
        }
        running.Proxy.Fault = (_, pass) => pass();
        await running.UntilIdleAsync();
        WriteHistory history = await WriteHistory.OfAsync(space);
        history.AssertSound();
        if (!settings.Contains(Alone))
            history.AssertWrittenByTheLeader();
    }

    /// <summary>Somebody else writes to the objects for as long as they are worked on.</summary>
    private static async Task DisturbAsync(TestNamespace space, Task working)
    {
        for (int number = 0; !working.IsCompleted; number++)
        {
            foreach (V1Alpha1ContainerCheckpoint checkpoint in (await space.Checkpoints.ListAsync(new ResourceScope(space.Name), Cancelled)).Items)
            {
                await space.Checkpoints.PatchAsync(
                    checkpoint,
                    current =>
                    {
                        current.Metadata.Annotations ??= new Dictionary<string, string>();
                        current.Metadata.Annotations["example.com/number"] = $"{number}";
                    },
                    Cancelled);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100), Cancelled);
        }
    }

    private static int Lists(FaultProxy proxy) =>
        proxy.Requests.Count(request => request is { Method: "GET", IsWatch: false, IsLease: false }
            && request.Path.Split('/')[^1] is "pods" or "nodes" or "checkpointnodes" or "containercheckpoints" or "containerrestores");
}
