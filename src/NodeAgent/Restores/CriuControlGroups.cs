namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>What CRIU is to do about control groups at a restore.</summary>
internal static class CriuControlGroups
{
    /// <summary>
    /// The lines for CRIU's configuration. In version 1 the runtimes tell CRIU the new container's groups. In version 2 runc does not, and CRIU would make
    /// the groups of the checkpointed container again and put the processes there, out of the new Pod's reach and limits: where CRIU leaves groups alone,
    /// they stay in the one that the runtime put CRIU into, which is the new container's.
    /// </summary>
    /// <param name="version">The node's version of control groups, v1 or v2.</param>
    public static string OptionsFor(string version) => version == "v2" ? "manage-cgroups=ignore\n" : string.Empty;
}
