namespace CheckpointOperator.Core.Criu;

/// <summary>What is read of CRIU's images beside the processes themselves.</summary>
[Flags]
public enum CriuParts
{
    /// <summary>The processes only: ids, names, states, threads.</summary>
    None = 0,

    /// <summary>Command lines, from the processes' memory.</summary>
    CommandLines = 1,

    /// <summary>Environments, from the processes' memory. Their values are secrets more often than not.</summary>
    Environment = 2,

    /// <summary>Open files.</summary>
    Files = 4,

    /// <summary>Sockets.</summary>
    Sockets = 8,

    /// <summary>Mounts.</summary>
    Mounts = 16,

    /// <summary>How much memory each process has.</summary>
    Memory = 32,

    /// <summary>What CRIU measured at the dump, and at the restore where there was one.</summary>
    Statistics = 64,

    /// <summary>Everything but <see cref="Environment"/>.</summary>
    AllButEnvironment = CommandLines | Files | Sockets | Mounts | Memory | Statistics,
}
