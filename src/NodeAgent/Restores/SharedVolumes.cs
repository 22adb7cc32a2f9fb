using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>
/// Decides whose content a volume gets that several restored containers mount: that of the latest checkpoint. What an earlier one has is what the later
/// container saw changed; the other way round a process would find less than it has written.
/// </summary>
/// <param name="store">Holds the archives.</param>
/// <param name="volumes">Knows what is filled.</param>
/// <param name="options">What an archive may hold.</param>
internal sealed class SharedVolumes(ArchiveStore store, VolumeRestorer volumes, IOptions<AgentOptions> options)
{
    private static readonly RelativePath Later = RelativePath.Parse("later");

    /// <summary>Puts the content from later checkpoints in the place of this one's.</summary>
    /// <param name="restore">What is restored.</param>
    /// <param name="images">This container's imported archive.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    public void TakeLatest(AuthorizedRestore restore, RootDirectory images, CancellationToken cancellationToken)
    {
        foreach (IGrouping<RestoreSource, string> taken in Find(restore).ToLookup(shared => shared.Source, shared => shared.Volume))
        {
            images.MakeDirectories(Later);
            using (RootDirectory later = images.OpenDirectory(Later))
            using (SafeFileHandle file = store.OpenVerified(taken.Key.Checkpoint.Metadata.Uid, taken.Key.Checkpoint.Status.Archive!.Digest!, cancellationToken))
            using (var archive = CheckpointArchive.Open(file, options.Value.ArchiveLimits()))
                archive.ImportVolumes(later, cancellationToken);
            foreach (RelativePath content in taken.Select(volume => RelativePath.Parse($"volumes/{volume}.tar")))
            {
                RelativePath newer = RelativePath.Parse($"{Later}/{content}");
                if (images.Exists(newer))
                    images.Rename(newer, content);
            }
            images.RemoveTree(Later);
        }
    }

    private IEnumerable<(RestoreSource Source, string Volume)> Find(AuthorizedRestore restore)
    {
        foreach (PodVolume volume in PodVolume.Of(restore.Pod, restore.Container).Where(volume => volume.IsEmptyDir && !volumes.IsFilled(restore.Pod, volume)))
        {
            RestoreSource latest = restore.Others
                .Where(other => PodVolume.Of(restore.Pod, other.Container).Any(theirs => theirs.Name == volume.Name))
                .Append(restore.Source)
                .MaxBy(source => source.Checkpoint.Status.CompletionTime)!;
            if (latest != restore.Source)
                yield return (latest, volume.Name);
        }
    }
}
