using CheckpointOperator.Core.Archives;

namespace CheckpointOperator.NodeAgent;

/// <summary>The agent's settings. NodeName is <c>--node-name</c> on the command line and <c>CHECKPOINT_AGENT_NODE_NAME</c> in the environment.</summary>
public sealed class AgentOptions
{
    /// <summary>In a Pod, the authority that signed the cluster's certificates.</summary>
    public const string ClusterAuthority = "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt";

    /// <summary>Name of the Node object of the node that the agent runs on. Defaults to the variable NODE_NAME, then to the host's name.</summary>
    public string NodeName { get; set; } = Environment.GetEnvironmentVariable("NODE_NAME") ?? Environment.MachineName;

    /// <summary>The node's root folder as this process sees it. Defaults to pid 1's root, or to / on the node itself.</summary>
    public string? HostRoot { get; set; }

    /// <summary>Folder on the node that holds archives. Defaults to /var/lib/checkpoint-operator/archives.</summary>
    public string Store { get; set; } = "/var/lib/checkpoint-operator/archives";

    /// <summary>Folder on the node for work in progress, on the store's file system. Defaults to /var/lib/checkpoint-operator/work.</summary>
    public string Work { get; set; } = "/var/lib/checkpoint-operator/work";

    /// <summary>Folder on the node for restores under way. Defaults to /run/checkpoint-operator/restores.</summary>
    public string Restores { get; set; } = "/run/checkpoint-operator/restores";

    /// <summary>The socket that the restore runtime asks, at the same path in the Pod and on the node. Defaults to /run/checkpoint-operator/agent.sock.</summary>
    public string Socket { get; set; } = "/run/checkpoint-operator/agent.sock";

    /// <summary>An archive larger than this many bytes is unpacked below Work instead of Restores, which is in memory. Defaults to 268435456.</summary>
    public long RestoreInMemoryLimit { get; set; } = 256 * 1024 * 1024;

    /// <summary>Entries that an archive, or one in it, may have. Defaults to 2000000.</summary>
    public long ArchiveMaxEntries { get; set; } = ArchiveLimits.Default.MaxEntries;

    /// <summary>Bytes that all entries of an archive may have together, holes of sparse files included. Defaults to 1099511627776 (1 TiB).</summary>
    public long ArchiveMaxTotalBytes { get; set; } = ArchiveLimits.Default.MaxTotalBytes;

    /// <summary>Bytes that one entry of an archive may have, holes included. Defaults to 1099511627776 (1 TiB).</summary>
    public long ArchiveMaxEntryBytes { get; set; } = ArchiveLimits.Default.MaxEntryBytes;

    /// <summary>Unpacked bytes that a compressed archive may have for each packed one, above its first GiB. Defaults to 250.</summary>
    public int ArchiveMaxCompressionRatio { get; set; } = ArchiveLimits.Default.MaxCompressionRatio;

    /// <summary>Components that a name in an archive may have. Defaults to 256.</summary>
    public int ArchiveMaxDepth { get; set; } = ArchiveLimits.Default.MaxDepth;

    /// <summary>Bytes that config.dump, spec.dump and the like may have. Defaults to 16777216.</summary>
    public int ArchiveMaxJsonBytes { get; set; } = ArchiveLimits.Default.MaxJsonBytes;

    /// <summary>Unpacked bytes of a compressed archive below which their ratio to the packed ones does not matter. Defaults to 1073741824 (1 GiB).</summary>
    public long ArchiveCompressionRatioFloor { get; set; } = ArchiveLimits.Default.CompressionRatioFloor;

    /// <summary>Bytes that a name or a link's target in an archive may have. Defaults to 4095.</summary>
    public int ArchiveMaxNameLength { get; set; } = ArchiveLimits.Default.MaxNameLength;

    /// <summary>Bytes that one extended header may have: PAX records, a GNU long name. Defaults to 1048576.</summary>
    public int ArchiveMaxExtendedHeaderBytes { get; set; } = ArchiveLimits.Default.MaxExtendedHeaderBytes;

    /// <summary>Pieces of data that a sparse file may have between its holes. Defaults to 1000000.</summary>
    public int ArchiveMaxSparseRegions { get; set; } = ArchiveLimits.Default.MaxSparseRegions;

    /// <summary>Bytes of zstd's window and xz's dictionary that a compressed archive may ask for. Defaults to 134217728.</summary>
    public long ArchiveMaxDecompressorBytes { get; set; } = ArchiveLimits.Default.MaxDecompressorBytes;

    /// <summary>Bytes that deleted.files may have. Defaults to 134217728.</summary>
    public int ArchiveMaxDeletedFilesBytes { get; set; } = ArchiveLimits.Default.MaxDeletedFilesBytes;

    /// <summary>The kubelet's folder. Defaults to /var/lib/kubelet.</summary>
    public string KubeletRoot { get; set; } = "/var/lib/kubelet";

    /// <summary>containerd's state folder. Defaults to /run/containerd.</summary>
    public string ContainerdState { get; set; } = "/run/containerd";

    /// <summary>The folder in which CRI-O's storage keeps what runs (runroot). Defaults to /run/containers/storage.</summary>
    public string CriORunRoot { get; set; } = "/run/containers/storage";

    /// <summary>The kubelet's address. Defaults to <c>https://HOST_IP:10250</c> by the variable HOST_IP, else by the node's name.</summary>
    public string? KubeletUrl { get; set; }

    /// <summary>PEM file, in the Pod, of the authority that signed the kubelet's certificate. Defaults to the cluster's own.</summary>
    public string? KubeletCertificateAuthority { get; set; }

    /// <summary>
    /// PEM file, on the node, of the kubelet's own certificate, which then is the only one trusted. Defaults to none; one that the kubelet made for itself
    /// (pki/kubelet.crt below KubeletRoot) is trusted beside those of the authority.
    /// </summary>
    public string? KubeletCertificate { get; set; }

    /// <summary>Talks to the kubelet without verifying who it is, and warns of it at start. Defaults to false.</summary>
    public bool KubeletInsecureSkipVerify { get; set; }

    /// <summary>File with the token that the kubelet is shown, read anew for each request. Defaults to the ServiceAccount's.</summary>
    public string KubeletTokenFile { get; set; } = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    /// <summary>
    /// Leaves the kubelet's own copy of an archive in its folder once the store holds it. Defaults to false: nobody else clears that folder, and what
    /// lies there is the container's memory.
    /// </summary>
    public bool KeepKubeletCheckpoints { get; set; }

    /// <summary>OCI runtimes to report in CheckpointNode, by name or path, joined by commas. Defaults to runc,crun.</summary>
    public string Runtimes { get; set; } = "runc,crun";

    /// <summary>The names or paths in <see cref="Runtimes"/>.</summary>
    internal string[] RuntimeNames() => Runtimes.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>How many checkpoints are taken at once. Defaults to 2.</summary>
    public int ConcurrentCheckpoints { get; set; } = 2;

    /// <summary>Restores tried for one ContainerRestore before it is given up. Defaults to 3.</summary>
    public int RestoreAttempts { get; set; } = 3;

    /// <summary>Installs the runtime handler checkpoint-restore at start. Defaults to true.</summary>
    public bool InstallRuntime { get; set; } = true;

    /// <summary>The OCI runtime behind that handler. Defaults to that of the container engine's default handler.</summary>
    public string? Runtime { get; set; }

    /// <summary>containerd's configuration on the node. Defaults to /etc/containerd/config.toml.</summary>
    public string ContainerdConfig { get; set; } = "/etc/containerd/config.toml";

    /// <summary>
    /// The command that restarts the container engine, run by a shell on the node. Defaults to systemctl restart containerd, where
    /// CRI-O runs to systemctl restart crio.
    /// </summary>
    public string? RestartCommand { get; set; }

    /// <summary>The folder of CRI-O's drop-in files on the node. Defaults to /etc/crio/crio.conf.d.</summary>
    public string CriOConfigFolder { get; set; } = "/etc/crio/crio.conf.d";

    /// <summary>Port of /healthz and /readyz. Defaults to null: none.</summary>
    public int? HealthPort { get; set; }

    /// <summary>Port of /metrics. Defaults to null: none.</summary>
    public int? MetricsPort { get; set; }

    /// <summary>Where metrics, traces and logs go by OTLP. Defaults to what the variables OTEL_EXPORTER_OTLP_… say, and to nowhere without them.</summary>
    public Uri? OtlpEndpoint { get; set; }

    /// <summary>How often CheckpointNode is written at least. Defaults to 5 minutes.</summary>
    public TimeSpan Heartbeat { get; set; } = TimeSpan.FromMinutes(5);
}
