using CheckpointOperator.Core.FileSystem;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>Writes files below a directory as tar entries, with owners, modes, times, links and attributes. Sockets, which mean nothing on disk, are left out.</summary>
internal sealed class TreeArchiver(TarWriter writer, IdMap? ids, CancellationToken cancellationToken) : IDisposable
{
    private readonly TarWriterThread _thread = new(writer, cancellationToken);

    // The first name of each file that has several; the others become hard links to it.
    private readonly Dictionary<(ulong Device, ulong Inode), RelativePath> _linked = [];

    /// <summary>Number of entries, the root's own not counted.</summary>
    internal long Entries { get; private set; }

    internal long Bytes { get; private set; }

    /// <summary>Writes an entry and, if it is a directory, all below it.</summary>
    internal void AddTree(TreeReader tree, RelativePath path, FileType listed = FileType.Directory)
    {
        using (var entry = tree.Open(path, listed))
        {
            Add(entry);
            if (entry.Type != FileType.Directory)
                return;
        }

        foreach (var child in tree.Root.List(path))
            AddTree(tree, child.Path, child.Type);
    }

    /// <summary>Writes one entry. <paramref name="content"/>, which is closed then, stands in for a file's own where an overlay has it in another layer.</summary>
    internal void Add(TreeEntry entry, SafeFileHandle? content = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        switch (entry.Type)
        {
            case FileType.Regular:
                AddFile(entry, content);
                break;
            case FileType.Directory:
                AddHeader(Describe(entry, TarEntryType.Directory));
                break;
            case FileType.SymbolicLink:
                var link = Describe(entry, TarEntryType.SymbolicLink);
                link.LinkTarget = entry.ReadLink();
                AddHeader(link);
                break;
            case FileType.Fifo:
                AddHeader(Describe(entry, TarEntryType.Fifo));
                break;
            case FileType.CharacterDevice:
                AddHeader(Describe(entry, TarEntryType.CharacterDevice));
                break;
            case FileType.BlockDevice:
                AddHeader(Describe(entry, TarEntryType.BlockDevice));
                break;
        }
    }

    /// <summary>Writes an empty file of that name, as OCI's whiteouts are.</summary>
    internal void AddMark(RelativePath path)
    {
        _thread.Add(new TarEntry { Path = path, Type = TarEntryType.Regular, Mode = 0x180 });
        Entries++;
    }

    /// <summary>Writes an entry of another archive, with its content.</summary>
    internal void AddFrom(TarEntry entry, TarReader reader)
    {
        _thread.Drain();
        if (entry.Type == TarEntryType.Regular)
            writer.WriteFrom(entry, reader, cancellationToken);
        else
            writer.WriteHeader(entry);
        if (!entry.Path.IsRoot)
            Entries++;
    }

    /// <summary>
    /// Notes a file that is not written, because the reader has it, as one that other names of it may be linked to. False when one of its names
    /// was met before.
    /// </summary>
    internal bool Remember(RelativePath path, in FileStatus status) => _linked.TryAdd((status.Device, status.Inode), path);

    /// <summary>Writes the end-of-archive mark, behind all that was added.</summary>
    internal void Complete()
    {
        _thread.Drain();
        writer.Complete();
    }

    public void Dispose() => _thread.Dispose();

    private void AddFile(TreeEntry file, SafeFileHandle? content)
    {
        var status = file.Status;
        if (status.LinkCount > 1)
        {
            if (_linked.TryGetValue((status.Device, status.Inode), out var first))
            {
                var link = Describe(file, TarEntryType.HardLink);
                link.LinkTarget = first.Bytes.ToArray();
                AddHeader(link);
                return;
            }

            _linked.Add((status.Device, status.Inode), file.Path);
        }

        var entry = Describe(file, TarEntryType.Regular);
        // As long as it is now: of what is appended meanwhile, as to a log, the archive has nothing; one that becomes shorter is a fault.
        entry.Size = content is null ? status.Size : RandomAccess.GetLength(content);
        _thread.Add(entry, content ?? file.TakeHandle());
        Entries++;
        Bytes += entry.Size;
    }

    private void AddHeader(TarEntry entry)
    {
        _thread.Add(entry);
        if (!entry.Path.IsRoot)
            Entries++;
    }

    private TarEntry Describe(TreeEntry from, TarEntryType type)
    {
        var status = from.Status;
        var entry = new TarEntry
        {
            Path = from.Path,
            Type = type,
            Mode = (uint)status.Mode,
            UserId = status.UserId,
            GroupId = status.GroupId,
            Modified = status.Modified,
            DeviceMajor = status.DeviceMajor,
            DeviceMinor = status.DeviceMinor,
        };
        // Another name of a file brings nothing of its own.
        if (type != TarEntryType.HardLink)
            entry.Attributes.AddRange(from.WrittenAttributes());
        if (ids is not null)
            OwnerMapping.ToContainer(entry, ids, from.Name);
        return entry;
    }
}
