using k8s.Models;

namespace CheckpointOperator.Kubernetes.Api.V1Alpha1;

/// <summary>What a node can do.</summary>
public sealed class CheckpointNodeStatus
{
    /// <summary>CanCheckpoint and CanRestore, each with a reason that says what to do.</summary>
    public IList<V1Condition>? Conditions { get; set; }

    /// <summary>The OCI runtimes that were found.</summary>
    public IList<NodeRuntime>? Runtimes { get; set; }

    /// <summary>CRIU.</summary>
    public NodeCriu? Criu { get; set; }

    /// <summary>The kubelet.</summary>
    public NodeKubelet? Kubelet { get; set; }

    /// <summary>The container engine and its version, such as <c>containerd://1.7.24</c>.</summary>
    public string? ContainerEngine { get; set; }

    /// <summary>The restore runtime and its handler.</summary>
    public NodeRestoreRuntime? RestoreRuntime { get; set; }

    /// <summary>The processor.</summary>
    public NodeCpu? Cpu { get; set; }

    /// <summary>Architecture, such as amd64.</summary>
    public string? Arch { get; set; }

    /// <summary>Bytes of a page of memory.</summary>
    public int? PageSize { get; set; }

    /// <summary>Kernel release.</summary>
    public string? Kernel { get; set; }

    /// <summary>Version of control groups, v1 or v2.</summary>
    public string? Cgroup { get; set; }

    /// <summary>enforcing, permissive or disabled.</summary>
    public string? Selinux { get; set; }

    /// <summary>Free space.</summary>
    public NodeStorage? Storage { get; set; }

    /// <summary>What the store holds.</summary>
    public NodeArchives? Archives { get; set; }

    /// <summary>The agent's version.</summary>
    public string? AgentVersion { get; set; }

    /// <summary>When the agent last wrote this, at least every five minutes.</summary>
    public DateTime? HeartbeatTime { get; set; }
}
