using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Controllers;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Controllers;

public sealed class OwnWritesTests
{
    private static readonly NamespacedName Key = new("ns", "a");

    private readonly OwnWrites<V1Pod> _writes = new();

    [Fact]
    public void A_cache_is_behind_until_it_has_what_was_written_last()
    {
        Assert.False(_writes.IsBehind(Key, Pod("u", "9")));
        _writes.Note(Key, Pod("u", "9"), Pod("u", "12"));
        Assert.True(_writes.IsBehind(Key, Pod("u", "9")));
        // The first of two writes, or another's.
        Assert.True(_writes.IsBehind(Key, Pod("u", "10")));
        Assert.False(_writes.IsBehind(new NamespacedName("ns", "b"), Pod("u", "9")));
        Assert.False(_writes.IsBehind(Key, Pod("u", "12")));
    }

    [Fact]
    public void What_another_wrote_over_it_is_new_enough_and_ends_the_wait_for_good()
    {
        _writes.Note(Key, Pod("u", "9"), Pod("u", "12"));
        Assert.False(_writes.IsBehind(Key, Pod("u", "100")));
        Assert.False(_writes.IsBehind(Key, Pod("u", "9")));
    }

    [Fact]
    public void Nothing_is_awaited_of_an_object_that_is_gone_or_replaced()
    {
        _writes.Note(Key, Pod("u", "9"), Pod("u", "12"));
        Assert.False(_writes.IsBehind(Key, null));
        _writes.Note(Key, Pod("u", "9"), Pod("u", "12"));
        Assert.False(_writes.IsBehind(Key, Pod("v", "10")));
    }

    [Theory]
    [InlineData("9", "9")]
    [InlineData("9", "x")]
    [InlineData("x", "12")]
    [InlineData("12", null)]
    public void A_reconcile_that_wrote_nothing_or_whose_version_is_no_number_holds_nothing_back(string before, string? after)
    {
        _writes.Note(Key, Pod("u", before), Pod("u", after));
        Assert.False(_writes.IsBehind(Key, Pod("u", before)));
    }

    private static V1Pod Pod(string uid, string? version) => new() { Metadata = new V1ObjectMeta { Name = "a", NamespaceProperty = "ns", Uid = uid, ResourceVersion = version } };
}
