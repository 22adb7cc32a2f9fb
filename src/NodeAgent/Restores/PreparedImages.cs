using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Node;
using CheckpointOperator.NodeAgent.Store;

using Microsoft.Extensions.Logging;

namespace CheckpointOperator.NodeAgent.Restores;

/// <summary>
/// Verifies and unpacks archives, and has CRIU compare their processor with the node's, before the container engine asks for their containers: while the Pod is scheduled and its sandbox made. What was begun is
/// nobody's request's, so one that the kubelet gives up after its time limit (2 minutes) finds at its next attempt how far the work has come.
/// </summary>
/// <param name="node">The node's files.</param>
/// <param name="store">Holds the archives.</param>
/// <param name="journal">Gives each its folder.</param>
/// <param name="cpu">Compares processors.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Tells what was not used.</param>
internal sealed partial class PreparedImages(
    NodeRoot node, ArchiveStore store, RestoreJournal journal, CriuCpu cpu, TimeProvider time, ILogger<PreparedImages> logger) : IDisposable
{
    // Ahead of their time, so of memory that may be waited for in vain. The others are unpacked when they are asked for.
    private const int MostAhead = 2;

    /// <summary>How long what was unpacked ahead is kept for a container that does not come.</summary>
    internal static readonly TimeSpan Keeping = TimeSpan.FromMinutes(10);

    private static readonly RelativePath Images = RelativePath.Parse("images");
    private static readonly RelativePath CpuRecord = RelativePath.Parse($"checkpoint/{CriuCpu.FileName}");

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Restore, string Checkpoint), Preparation> _preparations = [];
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What earlier agents left has been cleared away: from now on there may be folders.</summary>
    public void Open() => _open.TrySetResult();

    /// <summary>Begins to unpack for a restore that will come, unless that was begun before or is too much at once.</summary>
    /// <param name="restore">UID of the ContainerRestore.</param>
    /// <param name="checkpoint">The checkpoint, which is Ready and on this node.</param>
    public void BeginAhead(string restore, V1Alpha1ContainerCheckpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        lock (_gate)
        {
            if (!_preparations.ContainsKey((restore, checkpoint.Metadata.Uid)) && _preparations.Values.Count(preparation => !preparation.IsAsked) < MostAhead)
                Begin(restore, checkpoint);
        }
    }

    /// <summary>Waits until a checkpoint's images are unpacked and verified, and begins that where it is not under way.</summary>
    /// <param name="restore">UID of the ContainerRestore.</param>
    /// <param name="checkpoint">The checkpoint, read anew: its digest counts.</param>
    /// <param name="cancellationToken">Ends the wait; the work goes on.</param>
    /// <returns>What differs between the checkpoint's processor and this node's, in CRIU's words; null where nothing does.</returns>
    /// <exception cref="ArchiveUnusableException">The archive is gone, or not what was stored.</exception>
    /// <exception cref="Core.Archives.ArchiveRefusedException">The archive is refused.</exception>
    public async Task<string?> AwaitAsync(string restore, V1Alpha1ContainerCheckpoint checkpoint, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        Preparation preparation;
        lock (_gate)
        {
            if (_preparations.TryGetValue((restore, checkpoint.Metadata.Uid), out Preparation? begun) && (begun.IsTaken || begun.Digest != checkpoint.Status.Archive!.Digest))
                Forget(begun);
            preparation = _preparations.GetValueOrDefault((restore, checkpoint.Metadata.Uid)) ?? Begin(restore, checkpoint);
            preparation.Ask();
        }
        try
        {
            return await preparation.Done.WaitAsync(cancellationToken);
        }
        catch when (preparation.Done is { IsCompleted: true, IsCompletedSuccessfully: false })
        {
            // The next attempt looks anew.
            Drop(preparation);
            throw;
        }
    }

    /// <summary>Moves what was awaited into the folder of the container's restore, as <c>images</c>.</summary>
    /// <param name="restore">UID of the ContainerRestore.</param>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="entry">The container's restore.</param>
    public void MoveInto(string restore, V1Alpha1ContainerCheckpoint checkpoint, RestoreJournalEntry entry)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        ArgumentNullException.ThrowIfNull(entry);
        Preparation preparation;
        lock (_gate)
        {
            if (!_preparations.TryGetValue((restore, checkpoint.Metadata.Uid), out preparation!) || preparation.IsTaken)
                throw new IOException($"what was unpacked of ContainerCheckpoint {checkpoint.Metadata.Name} was taken by another attempt: this one is made again");
            preparation.IsTaken = true;
        }
        journal.Move($"{preparation.Folder}/{Images}", $"{entry.Folder}/{Images}");
        node.RemoveTree(preparation.Folder);
    }

    /// <summary>Removes what was unpacked for a restore that is over, or will not come; what a container's creation asked for is its own to take.</summary>
    /// <param name="restore">UID of the ContainerRestore.</param>
    public void Drop(string restore)
    {
        Preparation[] preparations;
        lock (_gate)
            preparations = [.. _preparations.Values.Where(preparation => preparation.Restore == restore && (!preparation.IsAsked || preparation.IsTaken))];
        foreach (Preparation preparation in preparations)
            Drop(preparation);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            foreach (Preparation preparation in _preparations.Values)
                preparation.Dispose();
        }
    }

    private Preparation Begin(string restore, V1Alpha1ContainerCheckpoint checkpoint)
    {
        var preparation = new Preparation(
            restore, checkpoint.Metadata.Uid, checkpoint.Status.Archive!.Digest!, journal.FolderAhead(Guid.NewGuid(), checkpoint.Status.Archive.SizeBytes ?? 0));
        preparation.Done = Task.Run(() => UnpackAsync(preparation));
        preparation.Expiry = time.CreateTimer(_ => Expire(preparation), null, Keeping, Timeout.InfiniteTimeSpan);
        _preparations[(restore, checkpoint.Metadata.Uid)] = preparation;
        return preparation;
    }

    private async Task<string?> UnpackAsync(Preparation preparation)
    {
        await _open.Task.WaitAsync(preparation.Cancelled);
        using RootDirectory folder = node.MakeDirectory($"{preparation.Folder}/{Images}");
        await store.UnpackAsync(preparation.Checkpoint, preparation.Digest, folder, preparation.Asked, preparation.Cancelled);
        // The operator compared what nodes tell of their processors; CRIU has its own record, and its own judgement.
        return folder.Exists(CpuRecord) ? await cpu.CompareAsync($"{preparation.Folder}/{Images}/checkpoint", preparation.Cancelled) : null;
    }

    private void Expire(Preparation preparation)
    {
        if (!preparation.Done.IsCompleted)
        {
            // A large archive; how long it is kept counts from its end.
            preparation.Expiry!.Change(Keeping, Timeout.InfiniteTimeSpan);
            return;
        }
        if (!preparation.IsTaken)
            Log.Unused(logger, preparation.Checkpoint, Keeping.TotalMinutes);
        Drop(preparation);
    }

    private void Drop(Preparation preparation)
    {
        lock (_gate)
            Forget(preparation);
    }

    // Another may be begun meanwhile: it has a folder of its own.
    private void Forget(Preparation preparation)
    {
        if (_preparations.TryGetValue((preparation.Restore, preparation.Checkpoint), out Preparation? known) && known == preparation)
            _preparations.Remove((preparation.Restore, preparation.Checkpoint));
        _ = RemoveAsync(preparation);
    }

    private async Task RemoveAsync(Preparation preparation)
    {
        try
        {
            await preparation.EndAsync();
            node.RemoveTree(preparation.Folder);
        }
        catch (IOException failure)
        {
            // The next agent removes it, when it starts.
            Log.NotRemoved(logger, preparation.Folder, failure.Message);
        }
    }

    private sealed class Preparation(string restore, string checkpoint, string digest, string folder) : IDisposable
    {
        private readonly CancellationTokenSource _cancelled = new();
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Restore => restore;

        public string Checkpoint => checkpoint;

        public string Digest => digest;

        public string Folder => folder;

        public Task<string?> Done { get; set; } = Task.FromResult<string?>(null);

        public ITimer? Expiry { get; set; }

        public Task Asked => _asked.Task;

        public bool IsAsked => Asked.IsCompleted;

        public bool IsTaken { get; set; }

        public CancellationToken Cancelled => _cancelled.Token;

        public void Ask() => _asked.TrySetResult();

        public async Task EndAsync()
        {
            Expiry?.Dispose();
            await _cancelled.CancelAsync();
            // How it ended was told to those who waited for it.
            await ((Task)Done).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        public void Dispose()
        {
            Expiry?.Dispose();
            _cancelled.Cancel();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The images of checkpoint {Checkpoint} were unpacked ahead of a restore that did not come within {Minutes} minutes, and are removed.")]
        public static partial void Unused(ILogger logger, string checkpoint, double minutes);

        [LoggerMessage(2, LogLevel.Warning, "{Folder} could not be removed: {Reason}")]
        public static partial void NotRemoved(ILogger logger, string folder, string reason);
    }
}
