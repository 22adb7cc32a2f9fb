using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.Criu;

namespace CheckpointOperator.Core.Archives;

public sealed partial class CheckpointArchive
{
    /// <summary>
    /// Tells of the container's processes what CRIU's images say, without unpacking anything. The archive is gone through once or twice; of a plain one the
    /// memory pages are not read but for the few that hold what <paramref name="parts"/> asks for.
    /// </summary>
    /// <param name="parts">What is wanted beside the processes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ArchiveRefusedException">
    /// An image is missing, damaged, too large for <see cref="ArchiveLimits.MaxCriuImagesBytes"/> or of a kind that is not read.
    /// </exception>
    public CriuCheckpoint ReadProcesses(CriuParts parts, CancellationToken cancellationToken = default)
    {
        var criu = new CriuReader(new ArchiveImages(_limits), parts);
        ForEachEntry(criu.Visit, cancellationToken);
        if (criu.NeedsPages)
            ForEachEntry(criu.VisitPages, cancellationToken);
        return criu.Complete();
    }

    /// <summary>
    /// Hands on a process's memory as far as it was dumped (see <see cref="ProcessMemory.DumpedBytes"/>), by address, in pieces. Nothing of it is kept.
    /// </summary>
    /// <returns>False when the archive has no memory of such a process.</returns>
    /// <exception cref="ArchiveRefusedException">An image is missing, damaged, or of a kind that is not read, such as compressed pages.</exception>
    public bool ReadMemory(uint pid, MemoryVisitor visitor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        var memory = new MemoryReader(pid, _limits);
        ForEachEntry(memory.Visit, cancellationToken);
        if (!memory.TryReadMap())
            return false;
        ForEachEntry((entry, reader) => memory.VisitPages(entry, reader, visitor, cancellationToken), cancellationToken);
        memory.Complete();
        return true;
    }

    /// <summary>
    /// Searches a process's memory as far as it was dumped. Matches come by address and do not overlap; one may lie across pages and areas that follow each
    /// other. The memory that this takes does not depend on the process's.
    /// </summary>
    /// <param name="pid">The process.</param>
    /// <param name="pattern">What is searched for.</param>
    /// <param name="context">Bytes before and behind each match that are told too, at most 65,536.</param>
    /// <param name="found">Is given each match.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>False when the archive has no memory of such a process.</returns>
    /// <exception cref="ArchiveRefusedException">As <see cref="ReadMemory"/>.</exception>
    public bool SearchMemory(uint pid, MemoryPattern pattern, int context, Action<MemoryMatch> found, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        ArgumentOutOfRangeException.ThrowIfNegative(context);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(context, 65_536);
        var search = new MemorySearch(pattern, context, found);
        var has = ReadMemory(pid, search.Visit, cancellationToken);
        search.Complete();
        return has;
    }

    /// <summary>
    /// Lists rootfs-diff.tar and deleted.files: what the container changed of its image's files. Contents are told by their SHA-256.
    /// </summary>
    /// <exception cref="ArchiveRefusedException">One of them is damaged.</exception>
    public IReadOnlyList<RootFsChange> ListRootFsChanges(CancellationToken cancellationToken = default)
    {
        var changes = new List<RootFsChange>();
        ForEachEntry((entry, reader) => RootFsChanges.Read(entry, reader, _limits, changes, cancellationToken), cancellationToken);
        return changes;
    }

    private void ForEachEntry(Action<TarEntry, TarReader> visit, CancellationToken cancellationToken)
    {
        using var tar = OpenWhole(cancellationToken);
        while (tar.Next() is { } entry)
            visit(entry, tar.Reader);
    }
}
