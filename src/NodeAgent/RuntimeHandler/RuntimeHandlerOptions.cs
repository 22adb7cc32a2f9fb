namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>What the installation of the runtime handler goes by.</summary>
public sealed record RuntimeHandlerOptions
{
    /// <summary>The handler's name in the container engine and in RuntimeClass objects.</summary>
    public const string Handler = "checkpoint-restore";

    /// <summary>The annotations of a Pod that containerd hands to the handler. Its pattern is a path's: a star does not match a slash.</summary>
    public const string PodAnnotations = "restore.checkpoint-operator.io/*";

    /// <summary>The node's file system. Defaults to /.</summary>
    public string HostRoot { get; init; } = "/";

    /// <summary>The program to install. Defaults to checkpoint-restore-runtime beside the agent.</summary>
    public string Source { get; init; } = Path.Combine(AppContext.BaseDirectory, "checkpoint-restore-runtime");

    /// <summary>The folder on the node that it is installed in. Defaults to /opt/checkpoint-operator/bin.</summary>
    public string InstallFolder { get; init; } = "/opt/checkpoint-operator/bin";

    /// <summary>The OCI runtime behind the handler. Defaults to that of the container engine's default handler.</summary>
    public string? Runtime { get; init; }

    /// <summary>The agent's socket on the node. Defaults to /run/checkpoint-operator/agent.sock.</summary>
    public string Socket { get; init; } = "/run/checkpoint-operator/agent.sock";

    /// <summary>How long the agent may be silent while a container waits for its restore. Defaults to 10 minutes.</summary>
    public TimeSpan AgentTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>containerd's program on the node. Defaults to containerd.</summary>
    public string Containerd { get; init; } = "containerd";

    /// <summary>containerd's own client on the node. Defaults to ctr.</summary>
    public string Ctr { get; init; } = "ctr";

    /// <summary>containerd's configuration on the node. Defaults to /etc/containerd/config.toml.</summary>
    public string ContainerdConfig { get; init; } = "/etc/containerd/config.toml";

    /// <summary>The command that restarts containerd, run by a shell on the node. Defaults to systemctl restart containerd.</summary>
    public string RestartCommand { get; init; } = "systemctl restart containerd";

    /// <summary>CRI-O's program on the node. Defaults to crio.</summary>
    public string CriO { get; init; } = "crio";

    /// <summary>CRI-O's socket on the node. Defaults to /run/crio/crio.sock; where there is one, the handler is CRI-O's.</summary>
    public string CriOSocket { get; init; } = "/run/crio/crio.sock";

    /// <summary>The folder of CRI-O's drop-in files on the node. Defaults to /etc/crio/crio.conf.d.</summary>
    public string CriOConfigFolder { get; init; } = "/etc/crio/crio.conf.d";

    /// <summary>The folder in which CRI-O's storage keeps what runs. Defaults to /run/containers/storage.</summary>
    public string CriORunRoot { get; init; } = "/run/containers/storage";

    /// <summary>
    /// The command that restarts CRI-O, run by a shell on the node. Defaults to systemctl restart crio: told to reload, CRI-O 1.37 shows a new handler in its
    /// status, and makes no Pod with it.
    /// </summary>
    public string CriORestartCommand { get; init; } = "systemctl restart crio";

    /// <summary>How long the container engine may take to answer after that. Defaults to 1 minute.</summary>
    public TimeSpan RestartTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Where the program is on the node.</summary>
    public string InstalledProgram => $"{InstallFolder}/checkpoint-restore-runtime";
}
