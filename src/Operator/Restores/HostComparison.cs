using CheckpointOperator.Kubernetes.Api.V1Alpha1;

namespace CheckpointOperator.Operator.Restores;

/// <summary>
/// Compares what a checkpoint was taken on with a node. CRIU restores processes, not programs: what they found when they started, they go on using. A fact
/// that either side does not tell, as before it was recorded, is no difference.
/// </summary>
internal static class HostComparison
{
    // In a message; the objects have them all.
    private const int MostNames = 8;

    // For the unpacked images' own folders, logs and journal.
    private const long Margin = 64 * 1024 * 1024;

    /// <summary>What differs so that a restore would fail, the gravest first; empty for nothing. Each says what to do.</summary>
    public static IReadOnlyList<Obstacle> Find(ContainerCheckpointStatus checkpoint, V1Alpha1CheckpointNode node)
    {
        CheckpointedContainer then = checkpoint.Container ?? new CheckpointedContainer();
        CheckpointNodeStatus now = node.Status;
        return
        [
            .. Differs(RestoreReasons.ArchitectureDiffers, "architecture", then.Arch, now.Arch),
            .. Differs(RestoreReasons.PageSizeDiffers, "page size", then.PageSize, now.PageSize),
            .. Processor(then.Cpu, now.Cpu),
            .. Older(RestoreReasons.KernelTooOld, "Linux", then.Kernel, now.Kernel, "Processes may use what an older kernel does not have: start a newer one there."),
            .. Differs(RestoreReasons.CgroupVersionDiffers, "cgroup version", then.Cgroup, now.Cgroup),
            .. Older(RestoreReasons.CriuTooOld, "CRIU", then.Criu, now.Criu?.Version, "An older CRIU may not read the images: install that version or a later one there."),
            .. Runtime(then.Runtime, now),
            .. Storage(checkpoint, now.Storage),
        ];
    }

    private static IEnumerable<Obstacle> Differs<T>(string reason, string what, T? then, T? now)
    {
        if (then is not null && now is not null && !then.Equals(now))
            yield return new(reason, $"its {what} is {now}, and was {then} at the checkpoint. Restore on a node where it is {then}.");
    }

    private static IEnumerable<Obstacle> Processor(NodeCpu? then, NodeCpu? now)
    {
        const string Reason = RestoreReasons.CpuIncompatible;
        const string Advice = "Restore on a node whose processor has what the checkpoint's had.";
        if (then?.Features is { } needed && now?.Features is { } offered && needed.Except(offered).ToArray() is { Length: > 0 } lacking)
        {
            string more = lacking.Length > MostNames ? $" and {lacking.Length - MostNames} more" : string.Empty;
            yield return new(Reason, $"its processor ({now.Vendor ?? "unknown vendor"}) lacks {string.Join(", ", lacking.Take(MostNames))}{more}, which the checkpoint's ({then.Vendor ?? "unknown vendor"}) had. {Advice}");
        }
        else if (then?.ExtendedStateBytes is { } saved && now?.ExtendedStateBytes is { } size && saved != size)
        {
            // CRIU's own rule: programs that asked the processor how much to save were told the other size.
            yield return new(Reason, $"its processor saves {size} bytes of extended state, and the checkpoint's saved {saved}. {Advice}");
        }
    }

    private static IEnumerable<Obstacle> Older(string reason, string what, string? then, string? now, string advice)
    {
        if (ParseVersion(then) is { } before && ParseVersion(now) is { } after && after < before)
            yield return new(reason, $"it has {what} {now}, older than {then} at the checkpoint. {advice}");
    }

    private static IEnumerable<Obstacle> Runtime(string? then, CheckpointNodeStatus now)
    {
        if (then is not null && now.Runtimes is { } runtimes && !runtimes.Any(runtime => runtime.Name == then && runtime.Checkpoint == true))
            yield return new(RestoreReasons.RuntimeMissing, $"it has no {then} that can restore, with which the checkpoint was taken. Install it there.");
    }

    private static IEnumerable<Obstacle> Storage(ContainerCheckpointStatus checkpoint, NodeStorage? storage)
    {
        // Unpacked, an archive is as large as its content: what was compressed in it is counted by its parts.
        long unpacked = Math.Max(checkpoint.Archive?.SizeBytes ?? 0, (checkpoint.Content?.MemoryBytes ?? 0) + (checkpoint.Content?.RootfsDiffBytes ?? 0)) + Margin;
        if (storage?.ArchivesAvailableBytes is { } free && free < unpacked)
            yield return new(RestoreReasons.DiskFull, $"it has {free} bytes free where archives are unpacked, and this one takes {unpacked}. Make room there, by deleting ContainerCheckpoints that are not needed for one.");
        else if (storage?.VolumesAvailableBytes is { } left && checkpoint.Content?.RootfsDiffBytes is { } written && left < written)
            yield return new(RestoreReasons.DiskFull, $"it has {left} bytes free for Pods, and the files that the container had changed take {written}. Make room there.");
    }

    // Major and minor: "6.18.5-arm64" and "4.2.1" compare as 6.18 and 4.2.
    private static Version? ParseVersion(string? text)
    {
        string[] parts = (text ?? string.Empty).Split('.', '-', '+', '_');
        return parts.Length >= 2 && int.TryParse(parts[0], out int major) && int.TryParse(parts[1], out int minor) ? new Version(major, minor) : null;
    }
}
