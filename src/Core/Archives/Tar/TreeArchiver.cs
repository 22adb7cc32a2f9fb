using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>Writes files below a directory as tar entries, with owners, modes, times, links and attributes. Sockets, which mean nothing on disk, are left out.</summary>
internal sealed class TreeArchiver(RootDirectory root, TarWriter writer, CancellationToken cancellationToken)
{
    // The first name of each file that has several; the others become hard links to it.
    private readonly Dictionary<(ulong Device, ulong Inode), RelativePath> _linked = [];

    /// <summary>Number of entries, the root's own not counted.</summary>
    internal long Entries { get; private set; }

    internal long Bytes { get; private set; }

    /// <summary>Writes all that is in a directory, not the directory itself.</summary>
    internal void AddContent(RelativePath directory)
    {
        foreach (var child in root.List(directory))
            AddTree(child.Path);
    }

    /// <summary>Writes an entry and, if it is a directory, all below it.</summary>
    internal void AddTree(RelativePath path)
    {
        if (Add(path) == FileType.Directory)
            AddContent(path);
    }

    /// <summary>Writes one entry. <paramref name="content"/> stands in for a file's own where an overlay has it in another layer.</summary>
    internal FileType Add(RelativePath path, SafeFileHandle? content = null)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var status = root.Stat(path) ?? throw new FileSystemException("read", root.Describe(path), Errno.ENOENT);
        switch (status.Type)
        {
            case FileType.Regular:
                AddFile(path, content);
                break;
            case FileType.Directory:
                using (var directory = root.OpenOrThrow("open directory", path, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW, RootDirectory.InRoot))
                    AddHeader(Describe(path, RootDirectory.StatHandle(directory, root.Describe(path)), TarEntryType.Directory, directory));
                break;
            case FileType.SymbolicLink:
                var link = Describe(path, status, TarEntryType.SymbolicLink);
                link.LinkTarget = root.ReadLinkBytes(path);
                AddHeader(link);
                break;
            case FileType.Fifo:
                AddHeader(Describe(path, status, TarEntryType.Fifo));
                break;
            case FileType.CharacterDevice:
                AddHeader(Describe(path, status, TarEntryType.CharacterDevice));
                break;
            case FileType.BlockDevice:
                AddHeader(Describe(path, status, TarEntryType.BlockDevice));
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

    private void AddFile(RelativePath path, SafeFileHandle? content)
    {
        using var file = root.OpenFileNoFollow(path);
        var status = RootDirectory.StatHandle(file, root.Describe(path));
        if (status.LinkCount > 1)
        {
            if (_linked.TryGetValue((status.Device, status.Inode), out var first))
            {
                var link = Describe(path, status, TarEntryType.HardLink);
                link.LinkTarget = first.Bytes.ToArray();
                AddHeader(link);
                return;
            }

            _linked.Add((status.Device, status.Inode), path);
        }

        var entry = Describe(path, status, TarEntryType.Regular, file);
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

    private TarEntry Describe(RelativePath path, in FileStatus status, TarEntryType type, SafeFileHandle? attributesOf = null)
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
            entry.Attributes.AddRange(ExtendedAttributes.Read(attributesOf, root.Describe(path)).Where(static a => ExtendedAttributes.IsWritten(a.NameBytes)));
        return entry;
    }
}
