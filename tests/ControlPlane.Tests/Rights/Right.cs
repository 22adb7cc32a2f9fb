namespace CheckpointOperator.ControlPlane.Tests.Rights;

/// <summary>A right of a service account, and the code that needs it.</summary>
/// <param name="Verb">The verb.</param>
/// <param name="Resource">The resource, with its group and subresource.</param>
/// <param name="File">The file below src that needs it.</param>
/// <param name="Code">What it says there.</param>
/// <param name="IsSeen">Whether the flows of <see cref="UsedRightsTests"/> use it; false where only a rare moment, or the API server itself, does.</param>
public sealed record Right(string Verb, string Resource, string File, string Code, bool IsSeen = true)
{
    private const string Checkpoints = "containercheckpoints.checkpoint-operator.io";
    private const string Restores = "containerrestores.checkpoint-operator.io";
    private const string Nodes = "checkpointnodes.checkpoint-operator.io";
    private const string CheckpointController = "Operator/Controllers/ContainerCheckpointController.cs";
    private const string RestoreController = "Operator/Controllers/ContainerRestoreController.cs";
    private const string NodeController = "Operator/Controllers/CheckpointNodeController.cs";
    private const string OperatorHost = "Operator/Hosting/OperatorHost.cs";
    private const string AgentHost = "NodeAgent/Hosting/AgentHost.cs";
    private const string Events = "Kubernetes/Events/EventRecorder.cs";
    private const string Leases = "Kubernetes/LeaderElection/LeaderElector.cs";

    /// <summary>The operator's, in every namespace.</summary>
    public static IReadOnlyList<Right> Operator { get; } =
    [
        new("get", Checkpoints, RestoreController, "await checkpoints.GetAsync("),
        new("list", Checkpoints, OperatorHost, ".AddController<ContainerCheckpointController"),
        new("watch", Checkpoints, OperatorHost, ".AddController<ContainerCheckpointController"),
        new("patch", Checkpoints, CheckpointController, "await checkpoints.PatchAsync("),
        new("delete", Checkpoints, CheckpointController, "await checkpoints.DeleteAsync("),
        new("patch", $"{Checkpoints}/status", CheckpointController, "await checkpoints.PatchStatusAsync("),
        new("get", Restores, RestoreController, "await restores.GetAsync("),
        new("list", Restores, OperatorHost, ".AddController<ContainerRestoreController"),
        new("watch", Restores, OperatorHost, ".AddController<ContainerRestoreController"),
        new("patch", Restores, RestoreController, "await restores.PatchAsync("),
        new("patch", $"{Restores}/status", RestoreController, "await restores.PatchStatusAsync("),
        // Asked for by the admission plugin OwnerReferencesPermissionEnforcement, where that is on.
        new("update", $"{Restores}/finalizers", "Operator/Restores/RestoredPodBuilder.cs", "BlockOwnerDeletion = true", IsSeen: false),
        new("list", Nodes, OperatorHost, ".AddInformer<V1Alpha1CheckpointNode>"),
        new("watch", Nodes, OperatorHost, ".AddInformer<V1Alpha1CheckpointNode>"),
        new("get", "pods", CheckpointController, "await pods.GetAsync("),
        new("list", "pods", OperatorHost, ".Watches<V1Pod,"),
        new("watch", "pods", OperatorHost, ".Watches<V1Pod,"),
        new("create", "pods", RestoreController, "await pods.CreateAsync("),
        new("delete", "pods", CheckpointController, "await pods.DeleteAsync("),
        new("get", "nodes", NodeController, "await nodes.GetAsync(", IsSeen: false),
        new("list", "nodes", OperatorHost, ".AddInformer<V1Node>"),
        new("watch", "nodes", OperatorHost, ".AddInformer<V1Node>"),
        new("patch", "nodes", NodeController, "await nodes.PatchAsync("),
        new("create", "events", Events, "_client.CreateAsync("),
        new("patch", "events", Events, "_client.PatchAsync(", IsSeen: false),
    ];

    /// <summary>The operator's in the namespace that it is installed in, besides.</summary>
    public static IReadOnlyList<Right> OperatorAtHome { get; } =
    [
        new("create", "leases.coordination.k8s.io", Leases, "_leases.CreateAsync("),
        // Of its own name alone.
        new("get", "leases.coordination.k8s.io", Leases, "_leases.GetAsync("),
        new("update", "leases.coordination.k8s.io", Leases, "_leases.UpdateAsync("),
    ];

    /// <summary>The agents', in every namespace.</summary>
    public static IReadOnlyList<Right> Agent { get; } =
    [
        new("get", Checkpoints, "NodeAgent/Restores/RestoreAuthorizer.cs", "await checkpoints.GetAsync("),
        new("list", Checkpoints, AgentHost, ".AddControllerWithLabelSelector<ContainerCheckpointController"),
        new("watch", Checkpoints, AgentHost, ".AddControllerWithLabelSelector<ContainerCheckpointController"),
        // Its finalizer.
        new("patch", Checkpoints, AgentHost, ".AddFinalizer<ArchiveFinalizer"),
        new("patch", $"{Checkpoints}/status", "NodeAgent/Controllers/ContainerCheckpointController.cs", "checkpoints.PatchStatusAsync("),
        new("get", Restores, "NodeAgent/Restores/RestoreAuthorizer.cs", "await restores.GetAsync("),
        new("list", Restores, AgentHost, ".AddControllerWithLabelSelector<ComingRestoreController"),
        new("watch", Restores, AgentHost, ".AddControllerWithLabelSelector<ComingRestoreController"),
        new("patch", $"{Restores}/status", "NodeAgent/Restores/RestoreVerdict.cs", "await restores.PatchStatusAsync("),
        new("get", Nodes, "NodeAgent/Node/NodeReport.cs", "await nodes.GetAsync("),
        new("create", Nodes, "NodeAgent/Node/NodeReport.cs", "nodes.CreateAsync("),
        new("patch", $"{Nodes}/status", "NodeAgent/Node/NodeReport.cs", "await nodes.PatchStatusAsync("),
        new("get", "pods", "NodeAgent/Restores/RestoreAuthorizer.cs", "await pods.GetAsync("),
        new("create", "nodes/checkpoint", "NodeAgent/Kubelet/KubeletCheckpointApi.cs", "/checkpoint/"),
        new("create", "events", Events, "_client.CreateAsync("),
        new("patch", "events", Events, "_client.PatchAsync("),
    ];
}
