using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Operator.Restores;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Operator;

public sealed class RestoredPodTests
{
    [Fact]
    public void The_Pod_is_the_checkpointed_one_with_the_marks_of_a_restore()
    {
        V1Pod pod = RestoredPodBuilder.Build(Restore(), [Checkpoint()], "node1");

        Assert.Equal(("copy", "shop"), (pod.Metadata.Name, pod.Metadata.NamespaceProperty));
        Assert.Equal("copy", pod.Metadata.Annotations["restore.checkpoint-operator.io/main"]);
        Assert.Equal("team", pod.Metadata.Annotations["example.com/owner"]);
        Assert.Equal("checkpoint-restore", pod.Spec.RuntimeClassName);
        Assert.Null(pod.Spec.NodeName);
        V1NodeSelectorTerm term = Assert.Single(pod.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution.NodeSelectorTerms);
        Assert.Equal("node1", Assert.Single(term.MatchFields).Values[0]);
        V1OwnerReference owner = Assert.Single(pod.Metadata.OwnerReferences);
        Assert.Equal(("ContainerRestore", "copy", "restore-uid", true), (owner.Kind, owner.Name, owner.Uid, owner.Controller));
        Assert.True(pod.IsOwnedBy(Restore()));
    }

    [Theory]
    [InlineData("registry/web@sha256:0123", "registry/web@sha256:0123")]
    [InlineData("docker-pullable://registry/web@sha256:0123", "registry/web@sha256:0123")]
    [InlineData("sha256:0123", "web:1")]
    [InlineData(null, "web:1")]
    public void The_image_is_the_checkpointed_one(string? digest, string expected)
    {
        V1Alpha1ContainerCheckpoint checkpoint = Checkpoint();
        checkpoint.Status.Container!.ImageDigest = digest;
        V1Pod pod = RestoredPodBuilder.Build(Restore(), [checkpoint], "node1");

        Assert.Equal((expected, "IfNotPresent"), (pod.Spec.Containers[0].Image, pod.Spec.Containers[0].ImagePullPolicy));
        Assert.Equal(("side:1", "Always"), (pod.Spec.Containers[1].Image, pod.Spec.Containers[1].ImagePullPolicy));
    }

    [Fact]
    public void What_the_template_sets_stands_over_the_checkpointed_Pod()
    {
        V1Alpha1ContainerRestore restore = Restore();
        restore.Spec.PodName = "again";
        restore.Spec.Template = new RestoreTemplate
        {
            Metadata = new RestoreTemplateMetadata { Labels = new Dictionary<string, string> { ["app"] = "web-copy" } },
            Spec = new RestoreTemplateSpec
            {
                NodeSelector = new Dictionary<string, string> { ["disk"] = "slow" },
                TerminationGracePeriodSeconds = 7,
                Containers = [new RestoreTemplateContainer { Name = "side", Resources = Limits("2") }],
                Volumes = [new V1Volume { Name = "data", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "kept" } }],
            },
        };

        V1Pod pod = RestoredPodBuilder.Build(restore, [Checkpoint()], "node1");

        Assert.Equal("again", pod.Metadata.Name);
        Assert.Equal(("web-copy", "x"), (pod.Metadata.Labels["app"], pod.Metadata.Labels["tier"]));
        Assert.Equal("slow", pod.Spec.NodeSelector["disk"]);
        Assert.Equal(7, pod.Spec.TerminationGracePeriodSeconds);
        Assert.Equal("2", pod.Spec.Containers[1].Resources.Limits["cpu"].ToString());
        Assert.Null(pod.Spec.Containers[0].Resources);
        Assert.Equal("kept", Assert.Single(pod.Spec.Volumes).PersistentVolumeClaim.ClaimName);
    }

    [Fact]
    public void An_empty_template_refuses_nothing() =>
        Assert.Null(RestoreTemplateRules.FindRefusal(new RestoreTemplate(), Checkpoint().Status.PodTemplate!));

    [Theory]
    [InlineData("restore.checkpoint-operator.io/main")]
    [InlineData("container.apparmor.security.beta.kubernetes.io/main")]
    [InlineData("org.criu.config")]
    public void Annotations_that_steer_confinement_or_restores_are_refused(string key)
    {
        var template = new RestoreTemplate { Metadata = new RestoreTemplateMetadata { Annotations = new Dictionary<string, string> { [key] = "x" } } };
        Assert.Contains(key, RestoreTemplateRules.FindRefusal(template, Checkpoint().Status.PodTemplate!), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_that_the_checkpointed_Pod_has_not_are_refused_with_those_it_has()
    {
        Assert.Contains("main, side", Refusal(new RestoreTemplateSpec { Containers = [new RestoreTemplateContainer { Name = "other" }] }), StringComparison.Ordinal);
        Assert.Contains("data", Refusal(new RestoreTemplateSpec { Volumes = [new V1Volume { Name = "other", EmptyDir = new V1EmptyDirVolumeSource() }] }), StringComparison.Ordinal);
    }

    [Fact]
    public void A_source_that_reaches_the_node_or_mints_tokens_is_refused()
    {
        Assert.NotNull(RefusalOfVolume(new V1Volume { Name = "data", HostPath = new V1HostPathVolumeSource { Path = "/" } }));
        Assert.NotNull(RefusalOfVolume(new V1Volume { Name = "data", Csi = new V1CSIVolumeSource { Driver = "any" } }));
        Assert.NotNull(RefusalOfVolume(new V1Volume { Name = "data" }));
        var token = new V1VolumeProjection { ServiceAccountToken = new V1ServiceAccountTokenProjection { Path = "token" } };
        Assert.NotNull(RefusalOfVolume(new V1Volume { Name = "data", Projected = new V1ProjectedVolumeSource { Sources = [token] } }));
        var map = new V1VolumeProjection { ConfigMap = new V1ConfigMapProjection { Name = "settings" } };
        Assert.Null(RefusalOfVolume(new V1Volume { Name = "data", Projected = new V1ProjectedVolumeSource { Sources = [map] } }));
    }

    [Fact]
    public void A_system_priority_is_refused_but_where_the_checkpointed_Pod_had_it()
    {
        Assert.NotNull(Refusal(new RestoreTemplateSpec { PriorityClassName = "system-node-critical" }));
        V1PodTemplateSpec critical = Checkpoint().Status.PodTemplate!;
        critical.Spec.PriorityClassName = "system-node-critical";
        Assert.Null(RestoreTemplateRules.FindRefusal(new RestoreTemplate { Spec = new RestoreTemplateSpec { PriorityClassName = "system-node-critical" } }, critical));
    }

    private static string? Refusal(RestoreTemplateSpec spec) =>
        RestoreTemplateRules.FindRefusal(new RestoreTemplate { Spec = spec }, Checkpoint().Status.PodTemplate!);

    private static string? RefusalOfVolume(V1Volume volume) => Refusal(new RestoreTemplateSpec { Volumes = [volume] });

    private static V1ResourceRequirements Limits(string cpu) => new() { Limits = new Dictionary<string, ResourceQuantity> { ["cpu"] = new ResourceQuantity(cpu) } };

    private static V1Alpha1ContainerRestore Restore() => new()
    {
        Metadata = new V1ObjectMeta { Name = "copy", NamespaceProperty = "shop", Uid = "restore-uid" },
        Spec = new ContainerRestoreSpec { Checkpoint = "first" },
    };

    private static V1Alpha1ContainerCheckpoint Checkpoint() => new()
    {
        Metadata = new V1ObjectMeta { Name = "first", NamespaceProperty = "shop" },
        Status = new ContainerCheckpointStatus
        {
            Container = new CheckpointedContainer { Name = "main" },
            PodTemplate = new V1PodTemplateSpec
            {
                Metadata = new V1ObjectMeta
                {
                    Labels = new Dictionary<string, string> { ["app"] = "web", ["tier"] = "x" },
                    Annotations = new Dictionary<string, string> { ["example.com/owner"] = "team" },
                },
                Spec = new V1PodSpec
                {
                    Containers =
                    [
                        new V1Container { Name = "main", Image = "web:1", ImagePullPolicy = "Always" },
                        new V1Container { Name = "side", Image = "side:1", ImagePullPolicy = "Always" },
                    ],
                    Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }],
                },
            },
        },
    };
}
