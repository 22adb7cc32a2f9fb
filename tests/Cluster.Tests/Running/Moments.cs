namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>
/// Moments of both flows, each as a test of bash that holds on the node from then on; $began is a file that is older. One that is too short to be seen, on
/// a quick machine or a busy one, counts as come with the last one, which stays.
/// </summary>
public static class Moments
{
    /// <summary>Functions of bash that the tests call. They start no program, because what they look for lasts some hundredths of a second.</summary>
    public const string Functions = """
        is_frozen() {
          local file state
          for file in /sys/fs/cgroup/freezer/kubepods/*/*/*/freezer.state /sys/fs/cgroup/kubepods*/*/*/*/cgroup.events; do
            read -r -d '' state < "$file"
            [[ $state != FROZEN* && $state != *'frozen 1'* ]] || return 0
          done
          return 1
        } 2> /dev/null
        # As a runtime starts it; the agent asks it about the processor before.
        criu_works() {
          local file program argument
          for file in /proc/[0-9]*/cmdline; do
            { read -r -d '' program && read -r -d '' argument; } < "$file" || continue
            [[ ${program##*/} != criu || $argument != swrk ]] || return 0
          done
          return 1
        } 2> /dev/null
        """;

    private const string Work = "/var/lib/checkpoint-operator/work";
    private const string Archives = "/var/lib/checkpoint-operator/archives";
    private const string Restores = "/run/checkpoint-operator/restores";
    private const string Criu = "criu_works";

    /// <summary>Those of a checkpoint, in their order.</summary>
    public static IReadOnlyDictionary<string, string> OfACheckpoint { get; } = OrLast(new()
    {
        ["the work has begun"] = New($"{Work} -mindepth 1"),
        ["the container is frozen"] = "is_frozen",
        ["CRIU runs"] = Criu,
        ["memory is being written"] = New($"{Work} -name 'pages-*.img'"),
        ["the archive is being written"] = New($"{Archives} -type f"),
    });

    /// <summary>Those of a restore, in their order.</summary>
    public static IReadOnlyDictionary<string, string> OfARestore { get; } = OrLast(new()
    {
        ["the restore has begun"] = New($"{Restores} {Work} -mindepth 1"),
        ["the images are unpacked"] = New($"{Restores} {Work} -name inventory.img"),
        ["CRIU runs"] = Criu,
        ["the process is back"] = New("/run/checkpoint-operator/restored -mindepth 1"),
    });

    // Something that find finds and that came after the wait began; the folders may not be there yet.
    private static string New(string find) => $"[ -n \"$(find {find} -cnewer \"$began\" -print -quit 2> /dev/null || true)\" ]";

    private static Dictionary<string, string> OrLast(Dictionary<string, string> moments)
    {
        string last = moments.Values.Last();
        return moments.ToDictionary(moment => moment.Key, moment => moment.Value == last ? last : $"{moment.Value} || {last}");
    }
}
