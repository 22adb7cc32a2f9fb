using System.Security.Cryptography;
using System.Text;
using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Core.Archives;

/// <summary>Lists rootfs-diff.tar and deleted.files.</summary>
internal static class RootFsChanges
{
    private const string Deleted = "deleted";

    internal static void Read(TarEntry entry, TarReader reader, ArchiveLimits limits, List<RootFsChange> changes, CancellationToken cancellationToken)
    {
        if (CheckpointEntryRules.Is(entry, "deleted.files"u8))
        {
            DeletedFilesJson.ForEach(reader.ReadAll(limits.MaxDeletedFilesBytes, ArchiveRefusal.JsonTooLarge), (_, path) =>
                changes.Add(new RootFsChange { Path = path.TrimStart('/'), Kind = Deleted }));
        }
        else if (CheckpointEntryRules.Is(entry, "rootfs-diff.tar"u8))
        {
            ReadDiff(entry.Index, reader, limits, changes, cancellationToken);
        }
    }

    private static void ReadDiff(long index, TarReader reader, ArchiveLimits limits, List<RootFsChange> changes, CancellationToken cancellationToken)
    {
        try
        {
            using var stream = DecompressedStream.Open(new TarEntryStream(reader), limits, out _);
            using var diff = new TarReader(stream, limits);
            while (diff.Next() is { } change)
            {
                cancellationToken.ThrowIfCancellationRequested();
                changes.Add(Change(change, diff));
            }
        }
        catch (ArchiveRefusedException e)
        {
            throw new ArchiveRefusedException(e.Reason, CheckpointFiles.RootFsDiff, index, $"in it, {e.Message["archive refused: ".Length..]}", e);
        }
    }

    private static RootFsChange Change(TarEntry entry, TarReader diff)
    {
        var whiteout = Whiteout.Read(entry.Path, out var target);
        if (whiteout == WhiteoutKind.Name)
            return new RootFsChange { Path = target.ToString(), Kind = Deleted };
        if (entry is { Type: TarEntryType.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 })
            return new RootFsChange { Path = entry.Path.ToString(), Kind = Deleted };
        return new RootFsChange
        {
            Path = entry.Path.ToString(),
            Kind = Kind(entry.Type),
            Mode = entry.Mode & 0xfff,
            UserId = entry.UserId,
            GroupId = entry.GroupId,
            Size = entry.Size,
            Target = entry.LinkTarget.Length > 0 ? Encoding.UTF8.GetString(entry.LinkTarget) : null,
            Sha256 = entry.Type == TarEntryType.Regular ? Hash(diff) : null,
        };
    }

    private static string Kind(TarEntryType type) => type switch
    {
        TarEntryType.Regular => "file",
        TarEntryType.Directory => "directory",
        TarEntryType.SymbolicLink => "symbolic link",
        TarEntryType.HardLink => "hard link",
        TarEntryType.Fifo => "FIFO",
        TarEntryType.CharacterDevice => "character device",
        _ => "block device",
    };

    private static string Hash(TarReader diff)
    {
        using var content = new TarEntryStream(diff);
        return Convert.ToHexStringLower(SHA256.HashData(content));
    }
}
