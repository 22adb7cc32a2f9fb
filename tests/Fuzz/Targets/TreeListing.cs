using System.Security.Cryptography;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>A tree as lines, one for each entry, with all that an archive keeps of it.</summary>
internal static class TreeListing
{
    internal static List<string> Of(RootDirectory root)
    {
        var lines = new List<string>();
        Add(lines, root, RelativePath.Root, []);
        return lines;
    }

    private static void Add(List<string> lines, RootDirectory root, RelativePath path, Dictionary<ulong, string> firstNames)
    {
        var status = root.Stat(path) ?? throw new FindingException($"{path.Display} is listed and not there");
        var line = $"{path.Display} {status.Type} {status.Mode} {status.UserId}:{status.GroupId} {status.Modified.Seconds}.{status.Modified.Nanoseconds}";
        switch (status.Type)
        {
            case FileType.Directory:
                lines.Add(line + Attributes(root, path));
                foreach (var child in root.List(path).OrderBy(static child => child.Path.Display, StringComparer.Ordinal))
                    Add(lines, root, child.Path, firstNames);
                return;
            case FileType.Regular:
                // Names of one file are told by the first of them.
                firstNames.TryAdd(status.Inode, path.Display);
                lines.Add($"{line} {firstNames[status.Inode]} {Convert.ToHexString(SHA256.HashData(root.ReadFile(path, FuzzLimits.MaxInputBytes)))}{Attributes(root, path)}");
                return;
            case FileType.SymbolicLink:
                lines.Add($"{line} {Convert.ToHexString(root.ReadLinkBytes(path))}");
                return;
            default:
                lines.Add($"{line} {status.DeviceMajor}:{status.DeviceMinor}");
                return;
        }
    }

    private static string Attributes(RootDirectory root, RelativePath path)
    {
        using var file = root.OpenOrThrow("open", path, Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, RootDirectory.InRoot);
        return string.Concat(ExtendedAttributes.Read(file, path.Display)
            .Select(static attribute => $" {Convert.ToHexString(attribute.NameBytes)}={Convert.ToHexString(attribute.Value)}")
            .Order(StringComparer.Ordinal));
    }
}
