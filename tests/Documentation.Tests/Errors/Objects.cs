using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using k8s.Models;

namespace CheckpointOperator.Documentation.Tests.Errors;

/// <summary>Objects of a cluster in which nothing is wrong yet.</summary>
internal static class Objects
{
    /// <summary>A Pod with two containers that run.</summary>
    public static V1Pod Pod(Action<V1Pod>? change = null)
    {
        V1Pod pod = new()
        {
            Metadata = new V1ObjectMeta { Name = "web-0", NamespaceProperty = "shop", Uid = "pod-uid" },
            Spec = new V1PodSpec { NodeName = "node1", Containers = [new V1Container { Name = "app" }, new V1Container { Name = "side" }] },
            Status = new V1PodStatus { Phase = "Running", ContainerStatuses = [.. new[] { "app", "side" }.Select(Running)] },
        };
        change?.Invoke(pod);
        return pod;
    }

    /// <summary>A ContainerCheckpoint that nobody has seen yet.</summary>
    public static V1Alpha1ContainerCheckpoint Checkpoint(Action<ContainerCheckpointSpec>? change = null)
    {
        V1Alpha1ContainerCheckpoint checkpoint = new()
        {
            Metadata = new V1ObjectMeta { Name = "first", NamespaceProperty = "shop", Uid = "checkpoint-uid", Generation = 1 },
            Spec = { Pod = "web-0", Container = "app" },
        };
        change?.Invoke(checkpoint.Spec);
        return checkpoint;
    }

    /// <summary>A ContainerCheckpoint that is Ready on node1.</summary>
    public static V1Alpha1ContainerCheckpoint Ready(string name = "first", Action<ContainerCheckpointStatus>? change = null)
    {
        V1Alpha1ContainerCheckpoint checkpoint = Checkpoint();
        checkpoint.Metadata.Name = name;
        checkpoint.Status = new ContainerCheckpointStatus
        {
            Phase = CheckpointPhase.Ready,
            NodeName = "node1",
            Archive = new ArchiveStatus { Digest = "sha256:0123", SizeBytes = 1 << 20 },
            Container = new CheckpointedContainer { Name = "app", Arch = "amd64", PageSize = 4096, Kernel = "6.18.5", Cgroup = "v2", Criu = "4.2", Runtime = "runc", Cpu = Processor("avx2", "sse2") },
            Content = new ArchiveContent { RootfsDiffBytes = 1 << 20 },
            PodTemplate = new V1PodTemplateSpec
            {
                Spec = new V1PodSpec
                {
                    Containers = [new V1Container { Name = "app", VolumeMounts = [new V1VolumeMount { Name = "data", MountPath = "/data" }, new V1VolumeMount { Name = "settings", MountPath = "/etc/app" }] }],
                    Volumes =
                    [
                        new V1Volume { Name = "data", PersistentVolumeClaim = new V1PersistentVolumeClaimVolumeSource { ClaimName = "orders" } },
                        new V1Volume { Name = "settings", ConfigMap = new V1ConfigMapVolumeSource { Name = "app" } },
                    ],
                },
            },
        };
        change?.Invoke(checkpoint.Status);
        return checkpoint;
    }

    /// <summary>A ContainerRestore of it.</summary>
    public static V1Alpha1ContainerRestore Restore(Action<ContainerRestoreSpec>? change = null)
    {
        V1Alpha1ContainerRestore restore = new()
        {
            Metadata = new V1ObjectMeta { Name = "copy", NamespaceProperty = "shop", Uid = "restore-uid", Generation = 1 },
            Spec = { Checkpoint = "first" },
        };
        change?.Invoke(restore.Spec);
        return restore;
    }

    /// <summary>The node that holds the archive, and can do all.</summary>
    public static V1Alpha1CheckpointNode Node(Action<CheckpointNodeStatus>? change = null)
    {
        V1Alpha1CheckpointNode node = new()
        {
            Metadata = new V1ObjectMeta { Name = "node1", Uid = "node-uid" },
            Status = new CheckpointNodeStatus
            {
                HeartbeatTime = DateTime.UtcNow,
                Arch = "amd64",
                PageSize = 4096,
                Kernel = "6.18.5",
                Cgroup = "v2",
                Criu = new NodeCriu { Ok = true, Version = "4.2" },
                Runtimes = [new NodeRuntime { Name = "runc", Checkpoint = true, PodRestore = true }],
                RestoreRuntime = new NodeRestoreRuntime { Installed = true, Handler = "checkpoint-restore" },
                Cpu = Processor("avx2", "sse2"),
                Storage = new NodeStorage { ArchivesAvailableBytes = 1L << 40, VolumesAvailableBytes = 1L << 40, ArchivesWritable = true },
            },
        };
        change?.Invoke(node.Status);
        return node;
    }

    private static NodeCpu Processor(params string[] features) => new() { Vendor = "GenuineIntel", Features = features, ExtendedStateBytes = 2696 };

    private static V1ContainerStatus Running(string name) => new() { Name = name, State = new V1ContainerState { Running = new V1ContainerStateRunning() } };
}
