using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>Writes files below a directory as tar entries, with owners, modes, times, links and attributes. Sockets, which mean nothing on disk, are left out.</summary>
internal sealed class TreeArchiver(TarWriter writer, IdMap? ids, CancellationToken cancellationToken)
{
    // The first name of each file that has several; the others become hard links to it.
    private readonly Dictionary<(ulong Device, ulong Inode), RelativePath> _linked = [];

    /// <summary>Number of entries, the root's own not counted.</summary>
    internal long Entries { get; private set; }

    internal long Bytes { get; private set; }

    /// <summary>Writes an entry and, if it is a directory, all below it.</summary>
    internal void AddTree(RootDirectory root, RelativePath path)
    {
        if (Add(root, path) != FileType.Directory)
            return;
        foreach (var child in root.List(path))
            AddTree(root, child.Path);
    }

    /// <summary>Writes one entry. <paramref name="content"/> stands in for a file's own where an overlay has it in another layer.</summary>
    internal FileType Add(RootDirectory root, RelativePath path, SafeFileHandle? content = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var status = root.Stat(path) ?? throw new FileSystemException("read", root.Describe(path), Errno.ENOENT);
        switch (status.Type)
        {
            case FileType.Regular:
                AddFile(root, path, content);
                break;
            case FileType.Directory:
                using (var directory = root.OpenOrThrow("open directory", path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, RootDirectory.InRoot))
                    AddHeader(Describe(root, path, RootDirectory.StatHandle(directory, root.Describe(path)), TarEntryType.Directory, directory));
                break;
            case FileType.SymbolicLink:
                var link = Describe(root, path, status, TarEntryType.SymbolicLink);
                link.LinkTarget = root.ReadLinkBytes(path);
                AddHeader(link);
                break;
            case FileType.Fifo:
                AddHeader(Describe(root, path, status, TarEntryType.Fifo));
                break;
            case FileType.CharacterDevice:
                AddHeader(Describe(root, path, status, TarEntryType.CharacterDevice));
                break;
            case FileType.BlockDevice:
                AddHeader(Describe(root, path, status, TarEntryType.BlockDevice));
                break;
        }

        return status.Type;
    }

    /// <summary>Writes an empty file of that name, as OCI's whiteouts are.</summary>
    internal void AddMark(RelativePath path)
    {
        writer.WriteBytes(new TarEntry { Path = path, Type = TarEntryType.Regular, Mode = 0x180 }, []);
        Entries++;
    }

    /// <summary>Writes an entry of another archive, with its content.</summary>
    internal void AddFrom(TarEntry entry, TarReader reader)
    {
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

    private void AddFile(RootDirectory root, RelativePath path, SafeFileHandle? content)
    {
        using var file = root.OpenFileNoFollow(path);
        var status = RootDirectory.StatHandle(file, root.Describe(path));
        if (status.LinkCount > 1)
        {
            if (_linked.TryGetValue((status.Device, status.Inode), out var first))
            {
                var link = Describe(root, path, status, TarEntryType.HardLink);
                link.LinkTarget = first.Bytes.ToArray();
                AddHeader(link);
                return;
            }

            _linked.Add((status.Device, status.Inode), path);
        }

        var entry = Describe(root, path, status, TarEntryType.Regular, file);
        // As long as it is now: of what is appended meanwhile, as to a log, the archive has nothing; one that becomes shorter is a fault.
        entry.Size = content is null ? status.Size : RandomAccess.GetLength(content);
        writer.WriteFile(entry, content ?? file, cancellationToken);
        Entries++;
        Bytes += entry.Size;
    }

    private void AddHeader(TarEntry entry)
    {
        writer.WriteHeader(entry);
        if (!entry.Path.IsRoot)
            Entries++;
    }

    private TarEntry Describe(RootDirectory root, RelativePath path, in FileStatus status, TarEntryType type, SafeFileHandle? attributesOf = null)
    {
        var entry = new TarEntry
        {
            Path = path,
            Type = type,
            Mode = (uint)status.Mode,
            UserId = status.UserId,
            GroupId = status.GroupId,
            Modified = status.Modified,
            DeviceMajor = status.DeviceMajor,
            DeviceMinor = status.DeviceMinor,
        };
        if (attributesOf is not null)
            entry.Attributes.AddRange(ExtendedAttributes.ReadWritten(attributesOf, root.Describe(path)));
        if (ids is not null)
            OwnerMapping.ToContainer(entry, ids, root.Describe(path));
        return entry;
    }
}
