using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Core.Tests.Archives;

public sealed class OrderedWorkerTests
{
    [Fact]
    public void What_is_handed_over_is_done_in_its_order()
    {
        var done = new List<int>();
        using var worker = new OrderedWorker<int>(done.Add, static _ => { }, 3);
        for (var i = 0; i < 1000; i++)
            worker.Add(i);
        worker.Drain();
        Assert.Equal(Enumerable.Range(0, 1000), done);
    }

    [Fact]
    public void After_a_failure_nothing_is_done_and_the_next_call_tells_it()
    {
        var done = new List<int>();
        var discarded = new List<int>();
        using (var worker = new OrderedWorker<int>(item => done.Add(item == 2 ? throw new IOException("full") : item), discarded.Add, 8))
        {
            var fault = Assert.Throws<IOException>(() =>
            {
                for (var i = 0; i < 8; i++)
                    worker.Add(i);
                worker.Drain();
            });
            Assert.Equal("full", fault.Message);
            Assert.Equal("full", Assert.Throws<IOException>(() => worker.TryAdd(9)).Message);
        }

        Assert.Equal([0, 1], done);
        Assert.DoesNotContain(9, discarded);
    }

    [Fact]
    public void Who_finds_no_room_is_told_so_and_what_waits_is_done_before_the_end()
    {
        var done = new List<int>();
        using var mayGoOn = new ManualResetEventSlim();
        using (var worker = new OrderedWorker<int>(item => { mayGoOn.Wait(); done.Add(item); }, static _ => { }, 2))
        {
            Assert.True(worker.TryAdd(1));
            Assert.True(worker.TryAdd(2));
            Assert.False(worker.TryAdd(3));
            Assert.True(worker.Any(static item => item == 2));
            mayGoOn.Set();
        }

        Assert.Equal([1, 2], done);
    }
}
