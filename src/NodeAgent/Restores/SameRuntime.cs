namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>runc and crun name a container's mounts differently to CRIU, so that neither restores what the other dumped.</summary>
internal static class SameRuntime
{
    /// <summary>Refuses another runtime than that of the checkpoint; one that is neither runc nor crun by name is let try.</summary>
    /// <param name="dumped">The name of the checkpoint's runtime; null where it was not told.</param>
    /// <param name="restoring">The path of the runtime that is to restore.</param>
    /// <exception cref="RestoreRefusedException">It is another.</exception>
    public static void Require(string? dumped, string restoring)
    {
        string name = Path.GetFileName(restoring);
        if (!IsKnown(dumped) || !IsKnown(name) || name == dumped)
            return;
        throw new RestoreRefusedException(
            RestoreRefusedException.RuntimeDiffers,
            $"the checkpoint was taken with {dumped}, and this node's handler restores with {restoring}, which cannot restore it: " +
            $"set the agent's runtime to {dumped} (CHECKPOINT_AGENT_RUNTIME), or restore on a node whose containers run on {dumped}");
    }

    private static bool IsKnown(string? name) => name is "runc" or "crun";
}
