using System.Text.Encodings.Web;
using System.Text.Json;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Core.RootFs;

/// <summary>The list of paths that a container deleted from its image's files: deleted.files, a JSON array.</summary>
public static class DeletedFiles
{
    /// <summary>The list's name in a checkpoint.</summary>
    public const string FileName = CheckpointFiles.DeletedFiles;

    /// <summary>
    /// Removes each path of <paramref name="source"/>'s deleted.files below a root file system: a link itself, never its target. The whole
    /// list is checked before the first removal: for paths that are none below the root, and for mount points on the way, there or below. No such
    /// file: nothing to do; a path that is not there: gone already. Do it before
    /// <see cref="RootFsDiff.Apply(RootDirectory, RootDirectory, ArchiveLimits?, IdMap?, CancellationToken)"/>: podman's and CRI-O's lists name folders, too, that were deleted and made anew.
    /// </summary>
    /// <returns>Number of paths removed.</returns>
    public static int Remove(RootDirectory source, RootDirectory rootfs, ArchiveLimits? limits = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(rootfs);
        using var file = CheckpointFiles.TryOpen(source, FileName);
        if (file is null)
            return 0;
        var json = Read(file, (limits ?? ArchiveLimits.Default).MaxDeletedFilesBytes);
        // One look at the kernel's table saves one at every file.
        if (!MountPoints.MayBeBelow(rootfs.Handle))
            return RemoveUnmounted(json, rootfs, cancellationToken);
        DeletedFilesJson.ForEach(json, (index, path) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            Guard(index, Check(index, path), rootfs.RefuseMounts);
        });
        var removed = 0;
        DeletedFilesJson.ForEach(json, (index, path) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            // The folder's time is as the diff has set it: with the deletion already in it.
            Guard(index, Check(index, path), parsed => removed += rootfs.Remove(parsed, tree: true, keepFolderTime: true) ? 1 : 0);
        });
        return removed;
    }

    /// <summary>The list as the bytes of deleted.files.</summary>
    public static byte[] Serialize(IEnumerable<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartArray();
            foreach (var path in paths)
                writer.WriteStringValue(path);
            writer.WriteEndArray();
        }

        return json.ToArray();
    }

    /// <summary>The paths of <paramref name="source"/>'s deleted.files, checked; none where there is no such file.</summary>
    internal static List<RelativePath> Read(RootDirectory source, ArchiveLimits limits)
    {
        var paths = new List<RelativePath>();
        using var file = CheckpointFiles.TryOpen(source, FileName);
        if (file is not null)
            DeletedFilesJson.ForEach(Read(file, limits.MaxDeletedFilesBytes), (index, path) => paths.Add(Check(index, path)));
        return paths;
    }

    private static byte[] Read(Microsoft.Win32.SafeHandles.SafeFileHandle file, int maxLength)
    {
        var length = RandomAccess.GetLength(file);
        if (length > maxLength)
            throw new ArchiveRefusedException(ArchiveRefusal.JsonTooLarge, FileName, -1, $"it has {length} bytes, at most {maxLength} are read");
        var json = new byte[length];
        var read = 0;
        while (read < json.Length && RandomAccess.Read(file, json.AsSpan(read), read) is var count and > 0)
            read += count;
        return json[..read];
    }

    private static RelativePath Check(int index, string path)
    {
        if (RelativePath.TryParse(path, out var parsed))
            return parsed;
        throw new ArchiveRefusedException(
            ArchiveRefusal.UnsafeDeletion, FileName, index, $"'{DisplayText.Of(path)}' names no file below the root (empty, the root itself, '..' or NUL)");
    }

    /// <summary>Does something with a path of the list; where something is mounted the list is refused.</summary>
    internal static void Guard(int index, RelativePath path, Action<RelativePath> act)
    {
        try
        {
            act(path);
        }
        catch (FileSystemException e) when (e.Error is Errno.EXDEV or Errno.EBUSY)
        {
            throw new ArchiveRefusedException(
                ArchiveRefusal.UnsafeDeletion, FileName, index, $"'/{path.Display}' lies on or behind a mount point, or has one below it", e);
        }
        catch (FileSystemException e) when (e.Error is Errno.ELOOP or Errno.ENAMETOOLONG)
        {
            // Links in a circle, or a name that no file system takes: there is no such file.
        }
    }

    private static int RemoveUnmounted(byte[] json, RootDirectory rootfs, CancellationToken cancellationToken)
    {
        DeletedFilesJson.ForEach(json, (index, path) => Check(index, path));
        using var removal = new ListRemoval(rootfs);
        DeletedFilesJson.ForEach(json, (index, path) =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            removal.Add(index, Check(index, path));
        });
        return removal.Complete();
    }
}
