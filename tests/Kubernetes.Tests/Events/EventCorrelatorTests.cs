using CheckpointOperator.Kubernetes.Abstractions.Events;
using CheckpointOperator.Kubernetes.Events;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;

namespace CheckpointOperator.Kubernetes.Tests.Events;

public sealed class EventCorrelatorTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly EventCorrelator _correlator;

    public EventCorrelatorTests() => _correlator = new EventCorrelator(_time);

    [Fact]
    public void The_same_again_counts_on()
    {
        EventRecord? first = Tell("went well");
        _time.Advance(TimeSpan.FromSeconds(5));
        EventRecord? second = Tell("went well");

        Assert.Same(first, second);
        Assert.Equal(2, second!.Count);
        Assert.Equal(TimeSpan.FromSeconds(5), second.Last - second.First);
    }

    [Fact]
    public void Another_message_reason_type_or_object_is_another_event()
    {
        EventRecord? one = Tell("a");
        Assert.NotSame(one, Tell("b"));
        Assert.NotSame(one, Tell("a", reason: "Other"));
        Assert.NotSame(one, Tell("a", type: EventType.Warning));
        Assert.NotSame(one, Tell("a", name: "other"));
    }

    [Fact]
    public void More_than_ten_similar_ones_within_ten_minutes_become_one()
    {
        for (int index = 0; index < 10; index++)
            Assert.Equal($"message {index}", Tell($"message {index}")!.Message);

        EventRecord? combined = Tell("message 10");
        Assert.Equal("(combined from similar events): message 10", combined!.Message);
        Assert.Same(combined, Tell("message 11"));
        Assert.Equal("(combined from similar events): message 11", combined.Message);
        Assert.Equal(2, combined.Count);

        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal("message 12", Tell("message 12")!.Message);
    }

    [Fact]
    public void One_object_gets_twenty_five_at_once_and_then_one_in_five_minutes()
    {
        Assert.Equal(25, Enumerable.Range(0, 100).Count(_ => Tell("again") is not null));
        Assert.NotNull(Tell("again", name: "other"));

        _time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, Enumerable.Range(0, 100).Count(_ => Tell("again") is not null));
    }

    [Fact]
    public void A_message_is_cut_at_what_the_server_takes() => Assert.Equal(1024, Tell(new string('x', 5000))!.Message.Length);

    [Fact]
    public void What_was_not_asked_for_longest_is_forgotten_first()
    {
        LruCache<int, object> cache = new(2);
        object one = cache.GetOrAdd(1, _ => new object());
        object two = cache.GetOrAdd(2, _ => new object());
        Assert.Same(one, cache.GetOrAdd(1, _ => new object()));
        cache.GetOrAdd(3, _ => new object());

        Assert.Same(one, cache.GetOrAdd(1, _ => new object()));
        Assert.NotSame(two, cache.GetOrAdd(2, _ => new object()));
    }

    private EventRecord? Tell(string message, string reason = "Ready", EventType type = EventType.Normal, string name = "a") =>
        _correlator.Correlate(new ObservedEvent(
            new V1ObjectReference { Kind = "Pod", Name = name, NamespaceProperty = "ns", Uid = "u" }, reason, message, type, _time.GetUtcNow().UtcDateTime));
}
