using k8s.Models;

namespace CheckpointOperator.Operator.Restores;

/// <summary>
/// Holds a Pod to one node by required node affinity on the node's name, as DaemonSets do: unlike <c>spec.nodeName</c> it leaves
/// the scheduler its checks of resources, taints and the Pod's own selectors.
/// </summary>
internal static class NodePin
{
    private const string NodeNameField = "metadata.name";

    /// <summary>The affinity with the pin in each of its alternatives. The affinity that is given stays as it is.</summary>
    public static V1Affinity Add(V1Affinity? affinity, string nodeName)
    {
        var pin = new V1NodeSelectorRequirement { Key = NodeNameField, OperatorProperty = "In", Values = [nodeName] };
        IList<V1NodeSelectorTerm> terms = affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms ?? [];
        return WithTerms(affinity, terms.Count == 0
            ? [new V1NodeSelectorTerm { MatchFields = [pin] }]
            : [.. terms.Select(term => new V1NodeSelectorTerm { MatchExpressions = term.MatchExpressions, MatchFields = [.. term.MatchFields ?? [], pin] })]);
    }

    /// <summary>The affinity without such pins, ours or a DaemonSet's. The affinity that is given stays as it is.</summary>
    public static V1Affinity? Remove(V1Affinity? affinity)
    {
        IList<V1NodeSelectorTerm>? terms = affinity?.NodeAffinity?.RequiredDuringSchedulingIgnoredDuringExecution?.NodeSelectorTerms;
        if (terms is null || !terms.Any(IsPinned))
            return affinity;

        List<V1NodeSelectorTerm> without = [.. terms.Select(WithoutPin)];
        // A term that asked for nothing but the node is true of every node now, and with it the whole alternative.
        bool any = without.Any(term => term.MatchFields is null && term.MatchExpressions is not { Count: > 0 });
        return WithTerms(affinity, any ? null : without);
    }

    private static bool IsPinned(V1NodeSelectorTerm term) => term.MatchFields?.Any(field => field.Key == NodeNameField) ?? false;

    private static V1NodeSelectorTerm WithoutPin(V1NodeSelectorTerm term)
    {
        List<V1NodeSelectorRequirement> fields = [.. (term.MatchFields ?? []).Where(field => field.Key != NodeNameField)];
        return new V1NodeSelectorTerm { MatchExpressions = term.MatchExpressions, MatchFields = fields.Count > 0 ? fields : null };
    }

    private static V1Affinity WithTerms(V1Affinity? affinity, IList<V1NodeSelectorTerm>? terms) => new()
    {
        PodAffinity = affinity?.PodAffinity,
        PodAntiAffinity = affinity?.PodAntiAffinity,
        NodeAffinity = new V1NodeAffinity
        {
            PreferredDuringSchedulingIgnoredDuringExecution = affinity?.NodeAffinity?.PreferredDuringSchedulingIgnoredDuringExecution,
            RequiredDuringSchedulingIgnoredDuringExecution = terms is null ? null : new V1NodeSelector { NodeSelectorTerms = terms },
        },
    };
}
