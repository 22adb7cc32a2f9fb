using CheckpointOperator.Plugin.Api;

namespace CheckpointOperator.Plugin.Waiting;

/// <summary>What is waited for.</summary>
/// <param name="Text">It, in words that follow "until it is".</param>
/// <param name="IsReached">Whether an object, or null where there is none any more, is as wanted.</param>
/// <param name="IsDeletion">Whether it is that the object goes.</param>
internal sealed record Goal(string Text, Func<ApiObject?, bool> IsReached, bool IsDeletion = false)
{
    /// <summary>The condition Ready is True.</summary>
    public static Goal Ready { get; } = Condition(ConditionTypes.Ready, Conditions.True);

    /// <summary>The object with this UID is gone.</summary>
    /// <param name="uid">The UID; null where any object of the name counts.</param>
    public static Goal Gone(string? uid) => new("deleted", value => value is null || (uid is not null && value.Uid != uid), IsDeletion: true);

    /// <summary>Reads the argument of --for: <c>ready</c>, <c>delete</c>, <c>condition=TYPE</c> or <c>condition=TYPE=STATUS</c>.</summary>
    /// <exception cref="CommandFailedException">It is none of these.</exception>
    public static Goal Parse(string text) => text.Split('=') switch
    {
        ["ready"] => Ready,
        ["delete"] => Gone(null),
        ["condition", { Length: > 0 } type] => Condition(type, Conditions.True),
        ["condition", { Length: > 0 } type, { Length: > 0 } status] => Condition(type, status),
        _ => throw new CommandFailedException($"--for '{text}': ready, delete, condition=TYPE or condition=TYPE=STATUS is expected", ExitCode.Usage),
    };

    private static Goal Condition(string type, string status) => new(
        status == Conditions.True ? type : $"{type}={status}",
        value => string.Equals(value?.Condition(type, "status"), status, StringComparison.OrdinalIgnoreCase));
}
