using CheckpointOperator.NodeAgent.Containers;

using k8s.Models;

namespace CheckpointOperator.Node.Tests.Containers;

public sealed class PodVolumeTests
{
    [Fact]
    public void Only_volumes_that_the_container_mounts_and_the_kubelet_keeps_are_told()
    {
        var pod = new V1Pod
        {
            Metadata = new V1ObjectMeta { Uid = "u" },
            Spec = new V1PodSpec
            {
                Containers =
                [
                    new V1Container { Name = "other", VolumeMounts = [new V1VolumeMount { Name = "unmounted", MountPath = "/x" }] },
                    new V1Container
                    {
                        Name = "main",
                        VolumeMounts =
                        [
                            new V1VolumeMount { Name = "data", MountPath = "/data" },
                            new V1VolumeMount { Name = "data", MountPath = "/part", SubPath = "a" },
                            new V1VolumeMount { Name = "conf", MountPath = "/conf" },
                            new V1VolumeMount { Name = "host", MountPath = "/host" },
                        ],
                    },
                ],
                Volumes =
                [
                    new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource() },
                    new V1Volume { Name = "unmounted", EmptyDir = new V1EmptyDirVolumeSource() },
                    new V1Volume { Name = "conf", ConfigMap = new V1ConfigMapVolumeSource() },
                    new V1Volume { Name = "host", HostPath = new V1HostPathVolumeSource { Path = "/" } },
                ],
            },
        };

        IReadOnlyList<PodVolume> volumes = PodVolume.Of(pod, "main");

        Assert.Equal(["data", "conf"], volumes.Select(volume => volume.Name));
        Assert.Equal([new PodVolumeMount("/data", null), new PodVolumeMount("/part", "a")], volumes[0].Mounts);
        Assert.Equal("/var/lib/kubelet/pods/u/volumes/kubernetes.io~empty-dir/data", volumes[0].FolderOn("/var/lib/kubelet", "u"));
        Assert.Equal("/k/pods/u/volumes/kubernetes.io~configmap/conf", volumes[1].FolderOn("/k", "u"));
    }
}
