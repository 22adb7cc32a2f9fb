using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Api;

public sealed class SpecValidationTests
{
    [Fact]
    public void What_is_right_has_no_problems()
    {
        Assert.Empty(SpecValidation.Validate(Checkpoint(_ => { })));
        Assert.Empty(SpecValidation.Validate(Restore(_ => { })));
    }

    [Theory]
    [InlineData("", "spec.pod is empty")]
    [InlineData("Redis", "spec.pod is \"Redis\"")]
    [InlineData("a/b", "spec.pod is \"a/b\"")]
    [InlineData("a\n", "spec.pod is \"a\n\"")]
    [InlineData("..", "spec.pod is \"..\"")]
    public void A_pod_name_that_cannot_be_one_is_named(string name, string problem) =>
        Assert.StartsWith(problem, Assert.Single(SpecValidation.Validate(Checkpoint(spec => spec.Pod = name))), StringComparison.Ordinal);

    [Theory]
    [InlineData("0s")]
    [InlineData("five")]
    [InlineData("61m")]
    [InlineData("-1s")]
    public void A_timeout_is_above_zero_and_at_most_an_hour(string timeout) =>
        Assert.StartsWith("spec.timeout is", Assert.Single(SpecValidation.Validate(Checkpoint(spec => spec.Timeout = timeout))), StringComparison.Ordinal);

    [Fact]
    public void A_name_may_be_as_long_as_the_server_lets_it_and_no_longer()
    {
        Assert.Empty(SpecValidation.Validate(Checkpoint(spec => spec.Pod = new string('a', 253))));
        Assert.Single(SpecValidation.Validate(Checkpoint(spec => spec.Pod = new string('a', 254))));
        Assert.Single(SpecValidation.Validate(Checkpoint(spec => spec.Container = new string('a', 64))));
    }

    [Fact]
    public void Several_containers_each_have_a_checkpoint_of_their_own()
    {
        Assert.Empty(SpecValidation.Validate(Containers(("app", "app-before"), ("side", "side-before"))));
        Assert.Equal(["app-before", "side-before"], Containers(("app", "app-before"), ("side", "side-before")).Spec.CheckpointNames());
        Assert.Equal(["before-upgrade"], Restore(_ => { }).Spec.CheckpointNames());
    }

    [Fact]
    public void A_restore_names_its_checkpoints_in_one_form()
    {
        V1Alpha1ContainerRestore both = Containers(("app", "app-before"));
        both.Spec.Checkpoint = "before-upgrade";
        Assert.Contains("both set", Assert.Single(SpecValidation.Validate(both)), StringComparison.Ordinal);
        Assert.Contains("spec.containers", Assert.Single(SpecValidation.Validate(Restore(spec => spec.Checkpoint = null))), StringComparison.Ordinal);
        Assert.Contains("0 containers", Assert.Single(SpecValidation.Validate(Containers())), StringComparison.Ordinal);
        Assert.Contains("33 containers", Assert.Single(SpecValidation.Validate(Containers([.. Enumerable.Range(0, 33).Select(index => ($"c{index}", $"p{index}"))]))), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_wrong_in_the_list_is_named()
    {
        Assert.Contains("names app 2 times", Assert.Single(SpecValidation.Validate(Containers(("app", "one"), ("app", "two")))), StringComparison.Ordinal);
        Assert.Contains("names the checkpoint one 2 times", Assert.Single(SpecValidation.Validate(Containers(("app", "one"), ("side", "one")))), StringComparison.Ordinal);
        Assert.Contains("spec.containers.name is \"App\"", Assert.Single(SpecValidation.Validate(Containers(("App", "one")))), StringComparison.Ordinal);
        Assert.Contains("spec.containers[app].checkpoint is empty", Assert.Single(SpecValidation.Validate(Containers(("app", "")))), StringComparison.Ordinal);
    }

    [Fact]
    public void The_template_belongs_to_a_pod() =>
        Assert.Contains("target Pod", Assert.Single(SpecValidation.Validate(Restore(spec =>
        {
            spec.Target = RestoreTarget.Files;
            spec.PodName = "x";
        }))), StringComparison.Ordinal);

    [Fact]
    public void The_template_sets_no_restore_annotation_and_names_each_thing_once()
    {
        IReadOnlyList<string> problems = SpecValidation.Validate(Restore(spec => spec.Template = new RestoreTemplate
        {
            Metadata = new RestoreTemplateMetadata { Annotations = new Dictionary<string, string> { ["restore.checkpoint-operator.io/redis"] = "other", ["fine"] = "x" } },
            Spec = new RestoreTemplateSpec { Volumes = [new V1Volume { Name = "data" }, new V1Volume { Name = "data" }], Containers = [new RestoreTemplateContainer { Name = "C" }] },
        }));

        Assert.Equal(3, problems.Count);
        Assert.Contains("restore.checkpoint-operator.io/redis", problems[0], StringComparison.Ordinal);
        Assert.Contains("containers.name is \"C\"", problems[1], StringComparison.Ordinal);
        Assert.Contains("volumes names data 2 times", problems[2], StringComparison.Ordinal);
    }

    [Fact]
    public void A_spec_that_changed_after_the_work_began_is_refused_but_a_deletion_is_no_change()
    {
        V1Alpha1ContainerCheckpoint changed = Checkpoint(_ => { });
        changed.Metadata.Generation = 2;
        Assert.Empty(SpecValidation.Validate(changed));

        changed.Status.ObservedGeneration = 1;
        Assert.Contains("immutable", Assert.Single(SpecValidation.Validate(changed)), StringComparison.Ordinal);

        changed.Metadata.DeletionTimestamp = DateTime.UnixEpoch;
        Assert.Empty(SpecValidation.Validate(changed));
    }

    private static V1Alpha1ContainerRestore Containers(params (string Name, string Checkpoint)[] containers) => Restore(spec =>
    {
        spec.Checkpoint = null;
        spec.Containers = [.. containers.Select(container => new RestoreContainer { Name = container.Name, Checkpoint = container.Checkpoint })];
    });

    private static V1Alpha1ContainerCheckpoint Checkpoint(Action<ContainerCheckpointSpec> change)
    {
        V1Alpha1ContainerCheckpoint checkpoint = new() { Metadata = new V1ObjectMeta { Name = "a", Generation = 1 }, Spec = { Pod = "redis-0", Timeout = "2m" } };
        change(checkpoint.Spec);
        return checkpoint;
    }

    private static V1Alpha1ContainerRestore Restore(Action<ContainerRestoreSpec> change)
    {
        V1Alpha1ContainerRestore restore = new() { Metadata = new V1ObjectMeta { Name = "a", Generation = 1 }, Spec = { Checkpoint = "before-upgrade" } };
        change(restore.Spec);
        return restore;
    }
}
