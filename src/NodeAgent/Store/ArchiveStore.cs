using System.Buffers;
using System.Security.Cryptography;

using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Node;

using Microsoft.Extensions.Options;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.NodeAgent.Store;

/// <summary>The node's archives, one file for each ContainerCheckpoint, named by its UID, which only root may read.</summary>
/// <param name="node">The node's files.</param>
/// <param name="options">Where the store is.</param>
public sealed class ArchiveStore(NodeRoot node, IOptions<AgentOptions> options)
{
    private const string Extension = ".tar";
    private const string PartialExtension = ".partial";
    private const int HashBuffer = 256 * 1024;

    /// <summary>The path on the node that the archive of a checkpoint has or will have.</summary>
    /// <param name="uid">The checkpoint's UID.</param>
    public string PathOf(string uid) => $"{options.Value.Store}/{NameOf(uid)}";

    /// <summary>Whether the archive of a checkpoint is there, whole.</summary>
    /// <param name="uid">The checkpoint's UID.</param>
    public bool Contains(string uid)
    {
        using RootDirectory folder = Open();
        return folder.Exists(NameOf(uid));
    }

    /// <summary>Starts to write the archive of a checkpoint.</summary>
    /// <param name="uid">The checkpoint's UID.</param>
    public PartialArchive Begin(string uid)
    {
        RelativePath final = NameOf(uid);
        return new PartialArchive(Open(), RelativePath.Parse($".{final}{PartialExtension}"), final);
    }

    /// <summary>Tells what the archive of a checkpoint holds. It is read once where its digest is not known, else its contents are passed over.</summary>
    /// <param name="uid">The checkpoint's UID.</param>
    /// <param name="digest">The digest that was taken as it was written; null where it has to be taken now.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArchiveRefusedException">It is no archive that could be restored.</exception>
    public StoredArchive Inspect(string uid, string? digest, CancellationToken cancellationToken)
    {
        using RootDirectory folder = Open();
        using SafeFileHandle file = folder.OpenFileNoFollow(NameOf(uid));
        using CheckpointArchive archive = CheckpointArchive.Open(file, options.Value.ArchiveLimits());
        ArchiveInspection inspection = digest is null
            ? archive.InspectAndHash(cancellationToken)
            : new ArchiveInspection(archive.Inspect(cancellationToken), digest);
        return new StoredArchive(PathOf(uid), RandomAccess.GetLength(file), inspection.Digest, inspection.Summary, Processes(archive, inspection.Summary, cancellationToken));
    }

    /// <summary>Opens the archive of a checkpoint and verifies, on the very descriptor that it returns, that its bytes are those that were stored.</summary>
    /// <param name="uid">The checkpoint's UID.</param>
    /// <param name="digest">The digest that was taken when it was stored.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArchiveUnusableException">It is gone, or differs.</exception>
    public SafeFileHandle OpenVerified(string uid, string digest, CancellationToken cancellationToken)
    {
        SafeFileHandle file = OpenFile(uid);
        try
        {
            RequireDigest(uid, digest, Hash(file, cancellationToken));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Unpacks the archive of a checkpoint, all but its configuration, and verifies meanwhile, on the very descriptor that is unpacked, that its bytes are those
    /// that were stored. Until this has returned, what was unpacked counts for nothing.
    /// </summary>
    /// <param name="uid">The checkpoint's UID.</param>
    /// <param name="digest">The digest that was taken when it was stored.</param>
    /// <param name="destination">An empty folder.</param>
    /// <param name="awaited">Completes when somebody waits for it: until then it is hashed first and unpacked after that, from then on side by side.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="ArchiveUnusableException">It is gone, or differs.</exception>
    /// <exception cref="ArchiveRefusedException">It is what was stored, and is refused.</exception>
    public async Task UnpackAsync(string uid, string digest, RootDirectory destination, Task awaited, CancellationToken cancellationToken)
    {
        using SafeFileHandle file = OpenFile(uid);
        Task<string> hashing = Task.Run(() => Hash(file, cancellationToken), CancellationToken.None);
        // Ahead of its time it takes one processor: the Pod's sandbox is made meanwhile, and on a small node both of its processors would be taken from that.
        await Task.WhenAny(hashing, awaited).ConfigureAwait(false);
        if (hashing.IsCompleted)
            RequireDigest(uid, digest, await hashing);
        Task unpacking = Task.Run(
            () =>
            {
                using CheckpointArchive archive = CheckpointArchive.Open(file, options.Value.ArchiveLimits());
                archive.ImportWithoutConfig(destination, cancellationToken);
            },
            CancellationToken.None);
        await Task.WhenAll(hashing, unpacking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        // First of all: one that was changed is told as that, whatever else the change made of it.
        RequireDigest(uid, digest, await hashing);
        await unpacking;
    }

    /// <summary>Removes the archive of a checkpoint.</summary>
    /// <param name="uid">The checkpoint's UID.</param>
    /// <returns>Whether there was one.</returns>
    public bool Remove(string uid)
    {
        using RootDirectory folder = Open();
        bool removed = folder.Remove(NameOf(uid));
        folder.Flush();
        return removed;
    }

    /// <summary>Number and size of all archives.</summary>
    public StoreTotals Total()
    {
        using RootDirectory folder = Open();
        int count = 0;
        long bytes = 0;
        foreach (DirectoryEntry entry in folder.List())
        {
            if (!entry.Path.Name.EndsWith(Extension, StringComparison.Ordinal) || folder.Stat(entry.Path) is not { } status)
                continue;
            count++;
            bytes += status.Size;
        }
        return new StoreTotals(count, bytes);
    }

    /// <summary>Removes what an agent that was killed left half written. Only before anything is being written.</summary>
    /// <returns>How many files there were.</returns>
    public int RemovePartials()
    {
        using RootDirectory folder = Open();
        return folder.List().Count(entry => entry.Path.Name.EndsWith(PartialExtension, StringComparison.Ordinal) && folder.Remove(entry.Path));
    }

    private void RequireDigest(string uid, string digest, string found)
    {
        if (found == digest)
            return;
        throw new ArchiveUnusableException(
            ArchiveUnusableException.DigestMismatch,
            $"the archive {PathOf(uid)} was changed after it was stored: its digest is {found}, not {digest}; put the stored file back, or take a new checkpoint");
    }

    private SafeFileHandle OpenFile(string uid)
    {
        using RootDirectory folder = Open();
        try
        {
            return folder.OpenFileNoFollow(NameOf(uid));
        }
        catch (FileSystemException missing) when (missing.IsNotFound)
        {
            throw new ArchiveUnusableException(
                ArchiveUnusableException.Missing, $"the archive {PathOf(uid)} is not on this node: put the file back, or take a new checkpoint");
        }
    }

    private static string Hash(SafeFileHandle file, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(HashBuffer);
        try
        {
            long offset = 0;
            for (int read; (read = RandomAccess.Read(file, buffer, offset)) > 0; offset += read)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return $"sha256:{Convert.ToHexStringLower(hash.GetHashAndReset())}";
    }

    // A UID comes from the API server; that it is one, and so no path, is seen here once more.
    private static RelativePath NameOf(string uid) => Guid.TryParseExact(uid, "D", out Guid parsed)
        ? RelativePath.Parse($"{parsed:D}{Extension}")
        : throw new ArgumentException($"'{uid}' is no UID", nameof(uid));

    private RootDirectory Open() => node.MakeDirectory(options.Value.Store);

    private static IReadOnlyList<CheckpointProcess>? Processes(CheckpointArchive archive, ArchiveSummary summary, CancellationToken cancellationToken)
    {
        if (!summary.HasProcessImages)
            return null;
        try
        {
            return archive.ReadProcesses(CriuParts.None, cancellationToken).Processes;
        }
        catch (ArchiveRefusedException)
        {
            // More or other images than are read here are no reason to refuse the checkpoint: CRIU reads them by itself, and `archive inspect --ps` tells why it does not.
            return null;
        }
    }
}
