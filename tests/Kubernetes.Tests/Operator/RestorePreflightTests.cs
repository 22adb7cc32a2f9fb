using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Operator;
using CheckpointOperator.Operator.Restores;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Operator;

public sealed class RestorePreflightTests
{
    [Fact]
    public void Checkpoints_of_one_Pod_or_of_Pods_that_are_alike_go_into_one()
    {
        V1Alpha1ContainerCheckpoint side = Checkpoint("side");
        // A Pod that was restored itself has the image of its restored container by digest.
        (side.Status.PodTemplate!.Spec.Containers[0].Image, side.Status.PodTemplate.Spec.Containers[0].ImagePullPolicy) = ("registry/app@sha256:0123", "IfNotPresent");
        Assert.Null(RestorePreflight.FindDisagreement(Restore("app", "side"), [Checkpoint("app"), side]));
        Assert.Null(RestorePreflight.FindDisagreement(new V1Alpha1ContainerRestore { Spec = { Checkpoint = "side" } }, [Checkpoint("side")]));
    }

    [Fact]
    public void A_checkpoint_of_another_container_is_refused_by_name()
    {
        Obstacle obstacle = RestorePreflight.FindDisagreement(Restore("app", "side"), [Checkpoint("app"), Checkpoint("other")])!;
        Assert.Equal(("InvalidSpec", true), (obstacle.Reason, obstacle.IsFinal));
        Assert.Contains("container side from ContainerCheckpoint side, which is of container other", obstacle.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Archives_on_different_nodes_do_not_go_into_one_Pod()
    {
        V1Alpha1ContainerCheckpoint far = Checkpoint("side");
        far.Status.NodeName = "node2";
        Assert.Equal("NodesDiffer", RestorePreflight.FindDisagreement(Restore("app", "side"), [Checkpoint("app"), far])!.Reason);
    }

    [Fact]
    public void Pods_that_differ_are_refused_by_the_field_in_which_they_do()
    {
        Assert.Contains("spec.containers[2].image", Difference(spec => spec.Containers[2].Image = "other:2"), StringComparison.Ordinal);
        Assert.Contains("spec.containers[0].command", Difference(spec => spec.Containers[0].Command = ["another"]), StringComparison.Ordinal);
        Assert.Contains("spec.hostname", Difference(spec => spec.Hostname = "web-1"), StringComparison.Ordinal);
        Assert.Contains("spec.volumes", Difference(spec => spec.Volumes = []), StringComparison.Ordinal);
        Assert.Contains("spec.restartPolicy", Difference(spec => spec.RestartPolicy = "Never"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_passed_says_how_far_the_checkpoints_are_apart()
    {
        V1Alpha1ContainerCheckpoint later = Checkpoint("side");
        later.Status.CompletionTime = DateTime.UnixEpoch.AddSeconds(90);
        Assert.Contains("90 s apart", RestorePreflight.DescribePassed([Checkpoint("app"), later]), StringComparison.Ordinal);
        Assert.DoesNotContain("apart", RestorePreflight.DescribePassed([later]), StringComparison.Ordinal);
    }

    [Fact]
    public void The_Pod_of_several_checkpoints_names_the_restore_for_each_and_has_each_ones_image()
    {
        V1Pod pod = RestoredPodBuilder.Build(Restore("app", "proxy"), [Checkpoint("app"), Checkpoint("proxy")], "node1");
        Assert.Equal("copy", pod.Metadata.Annotations["restore.checkpoint-operator.io/app"]);
        Assert.Equal("copy", pod.Metadata.Annotations["restore.checkpoint-operator.io/proxy"]);
        Assert.False(pod.Metadata.Annotations.ContainsKey("restore.checkpoint-operator.io/side"));
        Assert.Equal("registry/app@sha256:app", pod.Spec.Containers[0].Image);
        Assert.Equal("side:1", pod.Spec.Containers[1].Image);
        Assert.Equal("registry/proxy@sha256:proxy", pod.Spec.InitContainers[1].Image);
    }

    [Fact]
    public void The_status_begins_with_the_containers_that_last_native_sidecars_among_them_and_without_init_containers()
    {
        IList<RestoreContainerStatus> containers = RestoredContainers.Begin([Checkpoint("app"), Checkpoint("proxy")]);
        Assert.Equal([("proxy", "proxy"), ("app", "app"), ("side", null), ("other", null)], containers.Select(container => (container.Name, container.Checkpoint)));
        Assert.All(containers, container => Assert.Equal(RestoreResult.Pending, container.Result));
    }

    private static string Difference(Action<V1PodSpec> change)
    {
        V1Alpha1ContainerCheckpoint other = Checkpoint("side");
        change(other.Status.PodTemplate!.Spec);
        Obstacle obstacle = RestorePreflight.FindDisagreement(Restore("app", "side"), [Checkpoint("app"), other])!;
        Assert.Equal(("PodSpecsDiffer", true), (obstacle.Reason, obstacle.IsFinal));
        return obstacle.Message;
    }

    private static V1Alpha1ContainerRestore Restore(params string[] containers) => new()
    {
        Metadata = new V1ObjectMeta { Name = "copy", NamespaceProperty = "shop", Uid = "restore-uid" },
        Spec = { Containers = [.. containers.Select(name => new RestoreContainer { Name = name, Checkpoint = name })] },
    };

    private static V1Alpha1ContainerCheckpoint Checkpoint(string container) => new()
    {
        Metadata = new V1ObjectMeta { Name = container, NamespaceProperty = "shop" },
        Status = new ContainerCheckpointStatus
        {
            NodeName = "node1",
            CompletionTime = DateTime.UnixEpoch,
            Container = new CheckpointedContainer { Name = container, ImageDigest = $"registry/{container}@sha256:{container}" },
            PodTemplate = new V1PodTemplateSpec
            {
                Spec = new V1PodSpec
                {
                    InitContainers =
                    [
                        new V1Container { Name = "setup", Image = "setup:1" },
                        new V1Container { Name = "proxy", Image = "proxy:1", RestartPolicy = "Always" },
                    ],
                    Containers = [.. new[] { "app", "side", "other" }.Select(name => new V1Container { Name = name, Image = $"{name}:1", Command = ["run"] })],
                    Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }],
                },
            },
        },
    };
}
