using CheckpointOperator.Operator.Restores;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Operator;

public sealed class NodePinTests
{
    [Fact]
    public void A_Pod_without_affinity_is_held_to_the_node()
    {
        V1NodeSelectorTerm term = Assert.Single(Terms(NodePin.Add(null, "node1")));
        V1NodeSelectorRequirement pin = Assert.Single(term.MatchFields);
        Assert.Equal(("metadata.name", "In", "node1"), (pin.Key, pin.OperatorProperty, Assert.Single(pin.Values)));
    }

    [Fact]
    public void Every_alternative_of_an_affinity_is_held_to_the_node()
    {
        V1Affinity pinned = NodePin.Add(Affinity(Term("zone", "a"), Term("zone", "b")), "node1");
        Assert.All(Terms(pinned), term => Assert.Equal("metadata.name", Assert.Single(term.MatchFields).Key));
        Assert.Equal(["a", "b"], Terms(pinned).Select(term => term.MatchExpressions[0].Values[0]));
    }

    [Fact]
    public void Taking_the_pin_out_gives_back_what_was_there()
    {
        V1Affinity removed = NodePin.Remove(NodePin.Add(Affinity(Term("zone", "a")), "node1"))!;
        V1NodeSelectorTerm term = Assert.Single(Terms(removed));
        Assert.Null(term.MatchFields);
        Assert.Equal("a", term.MatchExpressions[0].Values[0]);
    }

    [Fact]
    public void An_affinity_without_a_pin_stays_the_same()
    {
        V1Affinity affinity = Affinity(Term("zone", "a"));
        Assert.Same(affinity, NodePin.Remove(affinity));
        Assert.Null(NodePin.Remove(null));
    }

    private static IList<V1NodeSelectorTerm> Terms(V1Affinity affinity) =>
        affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms;

    private static V1NodeSelectorTerm Term(string key, string value) =>
        new() { MatchExpressions = [new V1NodeSelectorRequirement { Key = key, OperatorProperty = "In", Values = [value] }] };

    private static V1Affinity Affinity(params V1NodeSelectorTerm[] terms) => new()
    {
        NodeAffinity = new V1NodeAffinity { RequiredDuringSchedulingIgnoredDuringExecution = new V1NodeSelector { NodeSelectorTerms = terms } },
    };
}
