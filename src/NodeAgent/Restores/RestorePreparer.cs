using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.RootFs;
using CheckpointOperator.Core.Security;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Node;
using CheckpointOperator.NodeAgent.Restores.Sockets;

using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>Makes everything as the checkpointed processes left it, so that the runtime can restore them.</summary>
/// <param name="node">The node's files.</param>
/// <param name="prepared">Verifies and unpacks the archive, and compares processors.</param>
/// <param name="journal">Gives the restore its folder.</param>
/// <param name="volumes">Fills volumes.</param>
/// <param name="shared">Finds the content of volumes that restored containers share.</param>
/// <param name="comparison">Compares volumes.</param>
/// <param name="addresses">Finds the Pod's addresses.</param>
/// <param name="options">What an archive may hold.</param>
/// <param name="logger">Tells what becomes of sockets.</param>
internal sealed partial class RestorePreparer(
    NodeRoot node,
    PreparedImages prepared,
    RestoreJournal journal,
    VolumeRestorer volumes,
    SharedVolumes shared,
    VolumeFileComparison comparison,
    SandboxAddresses addresses,
    IOptions<AgentOptions> options,
    ILogger<RestorePreparer> logger)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private static readonly RelativePath Images = RelativePath.Parse("images");
    private static readonly RelativePath Work = RelativePath.Parse("work");
    private static readonly RelativePath RestoreLog = RelativePath.Parse("restore.log");
    private static readonly RelativePath CriuConfig = RelativePath.Parse("criu.conf");
    // The connections that cannot go on are closed in the images by then.
    private static readonly byte[] CriuOptions = [.. "tcp-established\nfile-locks\n"u8];

    /// <summary>Does it all. What fails leaves the journal's entry, which the caller ends.</summary>
    /// <param name="restore">What is restored.</param>
    /// <param name="container">The container, created but for its process.</param>
    /// <param name="entry">The restore's journal entry.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>The entry with what was written; it is not in the journal yet.</returns>
    public async Task<RestoreJournalEntry> PrepareAsync(AuthorizedRestore restore, RunningContainer container, RestoreJournalEntry entry, CancellationToken cancellationToken)
    {
        string uid = restore.Restore.Metadata.Uid;
        string? cpuDifference = await prepared.AwaitAsync(uid, restore.Checkpoint, cancellationToken);
        using RootDirectory folder = journal.Begin(entry);
        prepared.MoveInto(uid, restore.Checkpoint, entry);
        folder.MakeDirectories(Work, OwnerOnly);
        using RootDirectory images = folder.OpenDirectory(Images);
        if (!images.Exists(RelativePath.Parse("checkpoint/inventory.img")))
            throw new RestoreRefusedException(RestoreRefusedException.ArchiveRefused, "the archive holds no CRIU images (checkpoint/inventory.img): no process can be restored from it");
        if (cpuDifference is not null)
        {
            throw new RestoreRefusedException(
                RestoreRefusedException.CpuIncompatible,
                $"this node's processor is not like the one that the checkpoint was taken on: {cpuDifference}; restore on a node whose processor is");
        }

        entry = ApplyFiles(restore, container, images, entry, cancellationToken);
        PrepareCriu(restore, container, folder, images, entry);
        // Only CRIU's images are needed from here on; the folder may be in memory.
        images.Remove(RelativePath.Parse(RootFsDiff.FileName));
        images.RemoveTree(RelativePath.Parse("volumes"));
        images.Remove(RelativePath.Parse(SharedMemory.ArchiveName));
        return entry with { Told = true };
    }

    // Deletions before the diff, though podman and CRI-O do it the other way round: their lists name a folder that was deleted and made anew, and what is in
    // the diff was there at the checkpoint. It is the image's own paths that the list means, too, not those that lead through the diff's links.
    private RestoreJournalEntry ApplyFiles(
        AuthorizedRestore restore, RunningContainer container, RootDirectory images, RestoreJournalEntry entry, CancellationToken cancellationToken)
    {
        ArchiveLimits limits = options.Value.ArchiveLimits();
        using RootDirectory rootfs = node.OpenDirectory(container.RootFs);
        int deleted = DeletedFiles.Remove(images, rootfs, limits, cancellationToken);
        ApplyResult applied = RootFsDiff.Apply(images, rootfs, limits, container.Ids, cancellationToken);
        shared.TakeLatest(restore, images, cancellationToken);
        ImportResult filled = volumes.Fill(images, restore);
        ImportResult memory = volumes.FillSharedMemory(images, restore, container);
        ImportResult linked = volumes.MakeDataFolders(images, restore.Pod, restore.Container);
        return entry with
        {
            VolumeChanges = comparison.Compare(images, restore.Pod, restore.Container, container),
            FilesWritten = applied.Entries - applied.Whiteouts + filled.Entries + memory.Entries + linked.Entries,
            BytesWritten = applied.Bytes + filled.Bytes + memory.Bytes + linked.Bytes,
            DeletedFiles = deleted + (int)applied.Whiteouts,
        };
    }

    private void FitSockets(AuthorizedRestore restore, RunningContainer container, RootDirectory images)
    {
        try
        {
            InetFit fit = InetSockets.Fit(images, addresses.Of(container), restore.Restore.Spec.TcpConnections == TcpConnections.Auto);
            Log.Fitted(logger, container.Id.Id, fit.Kept, fit.Closed, fit.Moved);
        }
        catch (InvalidDataException damaged)
        {
            throw new RestoreRefusedException(RestoreRefusedException.ArchiveRefused, $"CRIU's image of the open files is damaged: {damaged.Message}");
        }
    }

    private void PrepareCriu(AuthorizedRestore restore, RunningContainer container, RootDirectory folder, RootDirectory images, RestoreJournalEntry entry)
    {
        using (RootDirectory work = folder.OpenDirectory(Work))
            LabelledFile.Create(work, RestoreLog, container.MountLabel).Dispose();
        FitSockets(restore, container, images);
        folder.WriteFileAtomically(CriuConfig, [.. CriuOptions, .. System.Text.Encoding.ASCII.GetBytes(CriuControlGroups.OptionsFor(NodeFacts.Cgroup()))]);
        using RootDirectory bundle = node.OpenDirectory(container.Bundle);
        BundleConfiguration.SetCriuConfig(bundle, container.SpecJson.Span, entry.CriuConfig);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Container {Container}: of the TCP connections' ends {Kept} go on and {Closed} are closed; {Moved} sockets get the Pod's new address.")]
        public static partial void Fitted(ILogger logger, string container, int kept, int closed, int moved);
    }
}
