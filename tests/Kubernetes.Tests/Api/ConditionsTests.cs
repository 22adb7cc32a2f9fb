using CheckpointOperator.Kubernetes.Api;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Api;

public sealed class ConditionsTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_transition_time_changes_only_with_the_status()
    {
        IList<V1Condition> first = Conditions.With(null, "Ready", Conditions.False, "PodNotFound", "no Pod a", 1, Noon);
        IList<V1Condition> second = first.With("Ready", Conditions.False, "PodNotRunning", "Pod a is Pending", 1, Noon.AddMinutes(1));
        IList<V1Condition> third = second.With("Ready", Conditions.True, "Ready", "done", 1, Noon.AddMinutes(2));

        Assert.Equal(Noon.UtcDateTime, second.Find("Ready")!.LastTransitionTime);
        Assert.Equal("PodNotRunning", second.Find("Ready")!.Reason);
        Assert.Equal(Noon.AddMinutes(2).UtcDateTime, third.Find("Ready")!.LastTransitionTime);
        Assert.True(third.IsTrue("Ready"));
    }

    [Fact]
    public void The_other_conditions_and_the_list_that_was_given_stay_as_they_are()
    {
        IList<V1Condition> before = Conditions.With(null, "Checkpointed", Conditions.True, "Checkpointed", "done", 1, Noon);
        IList<V1Condition> after = before.With("Ready", Conditions.True, "Ready", "done", 1, Noon);

        Assert.Single(before);
        Assert.Equal(["Checkpointed", "Ready"], after.Select(condition => condition.Type));
    }
}
