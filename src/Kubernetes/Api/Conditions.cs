using k8s.Models;

namespace CheckpointOperator.Kubernetes.Api;

/// <summary>Reads and writes lists of conditions as Kubernetes' API guide wants them.</summary>
public static class Conditions
{
    /// <summary>A condition that holds.</summary>
    public const string True = "True";

    /// <summary>A condition that does not hold.</summary>
    public const string False = "False";

    /// <summary>A condition of which nothing is known yet.</summary>
    public const string Unknown = "Unknown";

    // metav1.Condition's own limit.
    private const int MaximumMessage = 32768;

    /// <summary>The condition of a type, or null.</summary>
    /// <param name="conditions">The list.</param>
    /// <param name="type">The condition's type.</param>
    public static V1Condition? Find(this IList<V1Condition>? conditions, string type) =>
        conditions?.FirstOrDefault(condition => condition.Type == type);

    /// <summary>Whether the condition of a type is there and True.</summary>
    /// <param name="conditions">The list.</param>
    /// <param name="type">The condition's type.</param>
    public static bool IsTrue(this IList<V1Condition>? conditions, string type) => conditions.Find(type)?.Status == True;

    /// <summary>The list with one condition set; the transition time changes only with the status. The list that is given stays as it is.</summary>
    /// <param name="conditions">The list as it was.</param>
    /// <param name="type">The condition's type.</param>
    /// <param name="status">True, False or Unknown.</param>
    /// <param name="reason">Why, in one CamelCase word that programs read.</param>
    /// <param name="message">Why, in one sentence that people read.</param>
    /// <param name="observedGeneration">The generation of the spec that was judged.</param>
    /// <param name="now">The time of a transition.</param>
    public static IList<V1Condition> With(
        this IList<V1Condition>? conditions, string type, string status, string reason, string message, long? observedGeneration, DateTimeOffset now)
    {
        V1Condition? before = conditions.Find(type);
        var condition = new V1Condition
        {
            Type = type,
            Status = status,
            Reason = reason,
            Message = message.Length <= MaximumMessage ? message : message[..MaximumMessage],
            ObservedGeneration = observedGeneration,
            LastTransitionTime = before?.Status == status ? before.LastTransitionTime : now.UtcDateTime,
        };
        return before is null
            ? [.. conditions ?? [], condition]
            : [.. conditions!.Select(other => other.Type == type ? condition : other)];
    }
}
