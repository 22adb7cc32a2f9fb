namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>A container that the agent is about to freeze: written before, removed after it was thawed and its checkpoint is whole or given up.</summary>
/// <param name="Uid">UID of the ContainerCheckpoint.</param>
/// <param name="Container">The container's id.</param>
/// <param name="RuntimePath">The OCI runtime.</param>
/// <param name="RuntimeRoot">Its state folder.</param>
/// <param name="Begun">When, on the kernel's monotonic clock, which all agents of the node share until it is started again.</param>
/// <param name="Timeout">How long the dump may take.</param>
/// <param name="ByContainerd">Whether containerd holds it, and has to let it go on; otherwise the runtime itself does.</param>
public sealed record CheckpointJournalEntry(
    string Uid, string Container, string RuntimePath, string RuntimeRoot, long Begun, TimeSpan Timeout, bool ByContainerd = false);
