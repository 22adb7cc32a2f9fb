namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>Moments of both flows, each as a test of bash that holds on the node from then on; $began is a file that is older.</summary>
public static class Moments
{
    private const string Work = "/var/lib/checkpoint-operator/work";
    private const string Archives = "/var/lib/checkpoint-operator/archives";
    private const string Restores = "/run/checkpoint-operator/restores";
    // As a runtime starts it; the agent asks it about the processor before.
    private const string Criu = "pgrep -f '^([^ ]*/)?criu swrk' > /dev/null";

    /// <summary>Those of a checkpoint, in their order.</summary>
    public static IReadOnlyDictionary<string, string> OfACheckpoint { get; } = new Dictionary<string, string>
    {
        ["the work has begun"] = New($"{Work} -mindepth 1"),
        ["the container is frozen"] =
            "grep -qs -e FROZEN -e 'frozen 1' /sys/fs/cgroup/freezer/kubepods/*/*/*/freezer.state /sys/fs/cgroup/kubepods*/*/*/*/cgroup.events",
        ["CRIU runs"] = Criu,
        ["memory is being written"] = New($"{Work} -name 'pages-*.img'"),
        ["the archive is being written"] = New($"{Archives} -type f"),
    };

    /// <summary>Those of a restore, in their order.</summary>
    public static IReadOnlyDictionary<string, string> OfARestore { get; } = new Dictionary<string, string>
    {
        ["the restore has begun"] = New($"{Restores} {Work} -mindepth 1"),
        ["the images are unpacked"] = New($"{Restores} {Work} -name inventory.img"),
        ["CRIU runs"] = Criu,
        ["the process is back"] = New("/run/checkpoint-operator/restored -mindepth 1"),
    };

    // Something that find finds and that came after the wait began; the folders may not be there yet.
    private static string New(string find) => $"[ -n \"$(find {find} -cnewer \"$began\" -print -quit 2> /dev/null || true)\" ]";
}
