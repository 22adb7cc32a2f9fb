using System.Threading.Channels;
using CheckpointOperator.Kubernetes.Queues;

namespace CheckpointOperator.Kubernetes.Tests.Queues;

public sealed class WorkQueueTests
{
    private readonly WorkQueue<string> _queue = new();

    [Fact]
    public async Task A_key_that_waits_is_added_once()
    {
        _queue.Add("a");
        _queue.Add("a");
        _queue.Add("b");

        Assert.Equal("a", await _queue.TakeAsync(TestContext.Current.CancellationToken));
        Assert.Equal("b", await _queue.TakeAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public async Task A_key_that_is_worked_on_is_handed_out_again_only_when_that_work_is_done()
    {
        _queue.Add("a");
        await _queue.TakeAsync(TestContext.Current.CancellationToken);

        _queue.Add("a");
        _queue.Add("a");
        Assert.Equal(0, _queue.Count);

        _queue.Done("a");
        Assert.Equal("a", await _queue.TakeAsync(TestContext.Current.CancellationToken));
        _queue.Done("a");
        Assert.Equal(0, _queue.Count);
    }

    [Fact]
    public async Task A_closed_queue_takes_nothing_and_hands_out_what_it_has()
    {
        _queue.Add("a");
        _queue.Close();

        Assert.False(_queue.Add("b"));
        Assert.Equal("a", await _queue.TakeAsync(TestContext.Current.CancellationToken));
        await Assert.ThrowsAsync<ChannelClosedException>(async () => await _queue.TakeAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task No_key_is_worked_on_twice_at_once_and_none_is_lost()
    {
        const int Keys = 20;
        int[] active = new int[Keys];
        int[] seen = new int[Keys];
        int[] added = new int[Keys];
        WorkQueue<int> queue = new();
        int overlaps = 0;
        async Task Work()
        {
            try
            {
                while (true)
                {
                    int key = await queue.TakeAsync(TestContext.Current.CancellationToken);
                    if (Interlocked.Increment(ref active[key]) != 1)
                        Interlocked.Increment(ref overlaps);
                    // What was added up to here is worked on by this turn.
                    Volatile.Write(ref seen[key], Volatile.Read(ref added[key]));
                    await Task.Yield();
                    Interlocked.Decrement(ref active[key]);
                    queue.Done(key);
                }
            }
            catch (ChannelClosedException)
            {
                // All done.
            }
        }
        Task[] workers = [.. Enumerable.Range(0, 4).Select(_ => Task.Run(Work))];
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (int turn = 0; turn < 5000; turn++)
            {
                int key = turn % Keys;
                Interlocked.Increment(ref added[key]);
                queue.Add(key);
            }
        })));
        // A key that was lost is never seen as often as it was added.
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        while (!seen.SequenceEqual(added) && !limit.IsCancellationRequested)
            await Task.Yield();
        queue.Close();
        await Task.WhenAll(workers);

        Assert.Equal(0, overlaps);
        Assert.Equal(added, seen);
    }
}
