using CheckpointOperator.Kubernetes.Abstractions.Caching;
using CheckpointOperator.Kubernetes.Informers;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Informers;

public sealed class EntityIndexTests
{
    private static readonly EntityIndex<V1Pod> ByLabel = new(pod => pod.Metadata.Labels?.Keys ?? []);

    private readonly EntityStore<V1Pod> _store = new(TimeProvider.System);

    [Fact]
    public void Objects_are_found_by_each_of_their_values_whether_they_were_there_before_the_first_question_or_not()
    {
        _store.Set(Pod("early", "a", "b"));
        Assert.Equal(["ns/early"], Found("b"));
        _store.Set(Pod("late", "b"));
        Assert.Equal(["ns/early", "ns/late"], Found("b"));
        Assert.Equal(["ns/early"], Found("a"));
        Assert.Empty(Found("c"));
    }

    [Fact]
    public void A_changed_object_is_found_by_its_new_values_alone()
    {
        _store.Set(Pod("one", "a", "b"));
        Assert.Equal(["ns/one"], Found("a"));
        _store.Set(Pod("one", "b", "c"));
        Assert.Empty(Found("a"));
        Assert.Equal(["ns/one"], Found("b"));
        Assert.Equal(["ns/one"], Found("c"));
    }

    [Fact]
    public void An_object_that_is_gone_is_not_found_however_it_went()
    {
        _store.Set(Pod("one", "a"));
        _store.Set(Pod("two", "a"));
        _store.Set(Pod("three", "a"));
        Assert.Equal(3, Found("a").Length);
        _store.Remove(Pod("one", "a"));
        Assert.Equal(["ns/three", "ns/two"], Found("a"));
        _store.Replace([Pod("three", "a"), Pod("four", "b")]);
        Assert.Equal(["ns/three"], Found("a"));
        Assert.Equal(["ns/four"], Found("b"));
    }

    [Fact]
    public void A_subscriber_finds_what_it_is_told_of()
    {
        List<string> found = [];
        _store.Subscribe(change => found.Add($"{change.Type}: {string.Join(' ', Found("a"))}"));
        _store.Set(Pod("one", "a"));
        _store.Remove(Pod("one", "a"));
        Assert.Equal(["Added: ns/one", "Deleted: "], found);
    }

    private static V1Pod Pod(string name, params string[] labels) => new()
    {
        Metadata = new V1ObjectMeta { Name = name, NamespaceProperty = "ns", Uid = name, Labels = labels.ToDictionary(label => label, _ => string.Empty) },
    };

    private string[] Found(string value) => [.. _store.Keys(ByLabel, value).Select(key => key.ToString()).Order()];
}
