using System.Text.Unicode;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Core.RootFs;

/// <summary>
/// Reads an overlay's upper folder (the kernel's Documentation/filesystems/overlayfs.rst): files and directories are changes, whiteouts and
/// what opaque directories hide are deletions, the overlay's own attributes stay out.
/// </summary>
internal sealed class UpperDiff(RootDirectory upper, TreeArchiver archiver, UpperDiffOptions options)
{
    private readonly List<string> _deleted = [];

    internal List<string> Write()
    {
        // CRIU wants the root as the process had it, and engines do not agree on its mode (containerd 0755, podman 0555).
        archiver.Add(RelativePath.Root);
        WriteContent(RelativePath.Root);
        return _deleted;
    }

    private void WriteContent(RelativePath directory)
    {
        foreach (var child in upper.List(directory))
        {
            if (!options.Excluded.Contains(child.Path))
                WriteEntry(child.Path);
        }
    }

    private void WriteEntry(RelativePath path)
    {
        var status = upper.Stat(path) ?? throw new FileSystemException("read", upper.Describe(path), Errno.ENOENT);
        if (IsWhiteout(upper, path, status))
        {
            AddDeleted(path);
            return;
        }

        switch (status.Type)
        {
            case FileType.Directory:
                RefuseRedirect(path);
                archiver.Add(path);
                if (IsOpaque(upper, path))
                    WriteHidden(path);
                WriteContent(path);
                break;
            case FileType.Regular when OverlayAttributes.Has(upper, path, OverlayAttributes.Metacopy):
                var merged = options.Merged
                    ?? throw new IOException($"the content of '{upper.Describe(path)}' is in a lower layer (metacopy); the mounted overlay is needed to read it");
                using (var content = merged.OpenFileNoFollow(path))
                    archiver.Add(path, content);
                break;
            default:
                archiver.Add(path);
                break;
        }
    }

    /// <summary>Names what an opaque directory hides of the layers below.</summary>
    private void WriteHidden(RelativePath directory)
    {
        if (options.Lower.Count == 0)
        {
            archiver.AddMark(directory.Append(Whiteout.OpaqueName));
            return;
        }

        var settled = upper.List(directory).Select(static child => child.Path).ToHashSet();
        foreach (var lower in options.Lower)
        {
            switch (lower.Stat(directory)?.Type)
            {
                case null:
                    continue;
                case not FileType.Directory:
                    return;
            }

            foreach (var child in lower.List(directory))
            {
                // A layer's whiteout hides the name in those below it.
                if (!settled.Add(child.Path) || options.Excluded.Contains(child.Path))
                    continue;
                if (lower.Stat(child.Path) is { } status && !IsWhiteout(lower, child.Path, status))
                    AddDeleted(child.Path);
            }

            if (IsOpaque(lower, directory))
                return;
        }
    }

    private void AddDeleted(RelativePath path)
    {
        if (Utf8.IsValid(path.Bytes))
            _deleted.Add($"/{path}");
        else
            // JSON has no bytes; an OCI whiteout does.
            archiver.AddMark(path.Parent.Append([.. Whiteout.Prefix, .. path.NameBytes]));
    }

    private void RefuseRedirect(RelativePath path)
    {
        if (OverlayAttributes.Has(upper, path, OverlayAttributes.Redirect))
        {
            throw new NotSupportedException(
                $"'{upper.Describe(path)}' is a directory renamed in place (overlay redirect_dir), which a diff cannot express; mount the overlay with redirect_dir=nofollow");
        }
    }

    private static bool IsWhiteout(RootDirectory layer, RelativePath path, in FileStatus status) =>
        status is { Type: FileType.CharacterDevice, DeviceMajor: 0, DeviceMinor: 0 }
        || (status is { Type: FileType.Regular, Size: 0 } && OverlayAttributes.Has(layer, path, OverlayAttributes.WhiteoutMark));

    // "x" only says that the directory has whiteouts in the form of attributes.
    private static bool IsOpaque(RootDirectory layer, RelativePath path) =>
        OverlayAttributes.Get(layer, path, OverlayAttributes.Opaque) is { } value && value.AsSpan().SequenceEqual("y"u8);
}
