namespace CheckpointOperator.Operator;

/// <summary>Why an object cannot go on.</summary>
/// <param name="Reason">One CamelCase word for programs.</param>
/// <param name="Message">A sentence for people: which object, what was expected, what to do.</param>
/// <param name="IsFinal">Whether nothing but a new object helps; otherwise the object waits until the cause is corrected.</param>
/// <param name="NodeName">The node of which something is awaited, where it is one.</param>
internal sealed record Obstacle(string Reason, string Message, bool IsFinal = false, string? NodeName = null);
