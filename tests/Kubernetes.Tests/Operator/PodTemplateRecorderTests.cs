using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Operator.Checkpoints;
using CheckpointOperator.Operator.Restores;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Operator;

public sealed class PodTemplateRecorderTests
{
    private const string TokenPath = "/var/run/secrets/kubernetes.io/serviceaccount";

    [Fact]
    public void What_the_cluster_added_to_one_Pod_is_not_in_the_template()
    {
        V1Pod pod = Pod();
        pod.Spec.NodeName = "node1";
        pod.Spec.Priority = 0;
        pod.Spec.PreemptionPolicy = "PreemptLowerPriority";
        pod.Spec.Overhead = new Dictionary<string, ResourceQuantity> { ["cpu"] = new ResourceQuantity("1m") };
        pod.Spec.RuntimeClassName = "checkpoint-restore";
        pod.Spec.EphemeralContainers = [new V1EphemeralContainer { Name = "debug" }];

        V1PodTemplateSpec template = PodTemplateRecorder.Record(pod);

        Assert.Null(template.Spec.NodeName);
        Assert.Null(template.Spec.Priority);
        Assert.Null(template.Spec.PreemptionPolicy);
        Assert.Null(template.Spec.Overhead);
        Assert.Null(template.Spec.RuntimeClassName);
        Assert.Null(template.Spec.EphemeralContainers);
        Assert.Equal("node1", pod.Spec.NodeName);
    }

    [Fact]
    public void What_its_author_wrote_stays()
    {
        V1Pod pod = Pod();
        pod.Metadata.Labels = new Dictionary<string, string> { ["app"] = "web", ["pod-template-hash"] = "5d4" };
        pod.Spec.PriorityClassName = "high";
        pod.Spec.RuntimeClassName = "other";
        pod.Spec.NodeSelector = new Dictionary<string, string> { ["disk"] = "fast", [ApiGroup.RestoreLabelKey] = "true" };
        pod.Spec.Hostname = "web-0";

        V1PodTemplateSpec template = PodTemplateRecorder.Record(pod);

        Assert.Equal(pod.Metadata.Labels, template.Metadata.Labels);
        Assert.Equal("high", template.Spec.PriorityClassName);
        Assert.Equal("other", template.Spec.RuntimeClassName);
        Assert.Equal(new KeyValuePair<string, string>("disk", "fast"), Assert.Single(template.Spec.NodeSelector));
        Assert.Equal("web-0", template.Spec.Hostname);
        Assert.Equal("web:1", Assert.Single(template.Spec.Containers).Image);
    }

    [Fact]
    public void Annotations_that_speak_of_the_one_Pod_go_and_others_stay()
    {
        V1Pod pod = Pod();
        pod.Metadata.Annotations = new Dictionary<string, string>
        {
            ["kubectl.kubernetes.io/last-applied-configuration"] = "{}",
            ["restore.checkpoint-operator.io/main"] = "earlier",
            ["cni.projectcalico.org/podIP"] = "10.0.0.1/32",
            ["example.com/owner"] = "team",
        };
        Assert.Equal("example.com/owner", Assert.Single(PodTemplateRecorder.Record(pod).Metadata.Annotations).Key);
    }

    [Theory]
    [InlineData("kube-api-access-x7kq2")]
    [InlineData("web-token-x7kq2")]
    public void The_token_that_admission_added_is_taken_out_with_its_mounts(string name)
    {
        V1Pod pod = Pod();
        pod.Spec.ServiceAccountName = "web";
        pod.Spec.Volumes = [TokenVolume(name), new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() }];
        pod.Spec.InitContainers = [new V1Container { Name = "init", VolumeMounts = [Mount(name, TokenPath)] }];
        pod.Spec.Containers[0].VolumeMounts = [Mount("data", "/data"), Mount(name, TokenPath)];

        V1PodSpec spec = PodTemplateRecorder.Record(pod).Spec;

        Assert.Equal("data", Assert.Single(spec.Volumes).Name);
        Assert.Equal("data", Assert.Single(spec.Containers[0].VolumeMounts).Name);
        Assert.Null(spec.InitContainers[0].VolumeMounts);
    }

    [Theory]
    [InlineData("kube-api-access-mine", "/token")]
    [InlineData("other-token-x7kq2", TokenPath)]
    [InlineData("mine", TokenPath)]
    public void A_token_that_an_author_mounted_stays(string name, string path)
    {
        V1Pod pod = Pod();
        pod.Spec.ServiceAccountName = "web";
        pod.Spec.Volumes = [TokenVolume(name)];
        pod.Spec.Containers[0].VolumeMounts = [Mount(name, path)];

        Assert.Equal(name, Assert.Single(PodTemplateRecorder.Record(pod).Spec.Volumes).Name);
    }

    [Fact]
    public void Only_the_default_tolerations_are_taken_out()
    {
        V1Pod pod = Pod();
        pod.Spec.Tolerations =
        [
            Toleration("node.kubernetes.io/not-ready", 300),
            Toleration("node.kubernetes.io/unreachable", 300),
            Toleration("node.kubernetes.io/unreachable", 10),
            Toleration("gpu", null),
        ];
        Assert.Equal([10L, null], PodTemplateRecorder.Record(pod).Spec.Tolerations.Select(toleration => toleration.TolerationSeconds));
    }

    [Fact]
    public void A_Pod_that_was_itself_restored_is_not_held_to_its_node_twice()
    {
        V1Pod pod = Pod();
        pod.Spec.Affinity = NodePin.Add(null, "node1");
        Assert.Null(PodTemplateRecorder.Record(pod).Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution);
    }

    private static V1Pod Pod() => new()
    {
        Metadata = new V1ObjectMeta { Name = "web", NamespaceProperty = "shop", Uid = "1", OwnerReferences = [new V1OwnerReference { Name = "rs" }] },
        Spec = new V1PodSpec { Containers = [new V1Container { Name = "main", Image = "web:1" }] },
        Status = new V1PodStatus { Phase = "Running" },
    };

    private static V1Volume TokenVolume(string name) => name.StartsWith("kube-api-access-", StringComparison.Ordinal)
        ? new V1Volume { Name = name, Projected = new V1ProjectedVolumeSource { Sources = [] } }
        : new V1Volume { Name = name, Secret = new V1SecretVolumeSource { SecretName = name } };

    private static V1VolumeMount Mount(string name, string path) => new() { Name = name, MountPath = path };

    private static V1Toleration Toleration(string key, long? seconds) =>
        new() { Key = key, OperatorProperty = "Exists", Effect = "NoExecute", TolerationSeconds = seconds };
}
