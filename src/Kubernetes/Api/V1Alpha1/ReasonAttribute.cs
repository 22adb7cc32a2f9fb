namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>Marks a reason: where a user meets it.</summary>
/// <param name="conditions">The types of the conditions that have it; none where it is an Event's alone.</param>
[AttributeUsage(AttributeTargets.Field)]
public sealed class ReasonAttribute(params string[] conditions) : Attribute
{
    /// <summary>The types of the conditions that have it.</summary>
    public IReadOnlyList<string> Conditions => conditions;

    /// <summary>Whether an Event on the object has it, too. Defaults to false.</summary>
    public bool IsEvent { get; init; }
}
