using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>What a folder may hold after something was unpacked into it, whole or in part.</summary>
/// <param name="Privileges">Files with setuid and setgid bits and file capabilities.</param>
/// <param name="Devices">The devices that every container has.</param>
/// <param name="Fifos">FIFOs.</param>
internal sealed record TreeRules(bool Privileges, bool Devices, bool Fifos)
{
    private const UnixFileMode SetId = UnixFileMode.SetUser | UnixFileMode.SetGroup;

    // Labels are the node's, and the overlay's own attributes its own.
    private static readonly string[] Forbidden = ["security.selinux", "trusted.", "user.overlay."];

    internal void Check(RootDirectory root) => CheckFolder(root, RelativePath.Root);

    private void CheckFolder(RootDirectory root, RelativePath folder)
    {
        foreach (var child in root.List(folder))
        {
            var status = root.Stat(child.Path) ?? throw new FindingException($"{child.Path.Display} is listed and not there");
            switch (status.Type)
            {
                case FileType.Directory:
                    CheckFolder(root, child.Path);
                    break;
                case FileType.Regular:
                    CheckFile(root, child.Path, status);
                    break;
                case FileType.SymbolicLink:
                    break;
                case FileType.Fifo when Fifos:
                    break;
                case FileType.CharacterDevice when Devices && Core.Archives.Tar.Devices.IsHarmless(status.DeviceMajor, status.DeviceMinor):
                    break;
                default:
                    throw new FindingException($"{child.Path.Display} is {status.Type} {status.DeviceMajor}:{status.DeviceMinor}");
            }
        }
    }

    private void CheckFile(RootDirectory root, RelativePath path, FileStatus status)
    {
        if (!Privileges && (status.Mode & SetId) != 0)
            throw new FindingException($"{path.Display} has the mode {status.Mode}");
        // Whoever is not root may not open it.
        if (Environment.UserName != "root")
            return;
        using var file = root.OpenOrThrow("open", path, Libc.O_RDONLY | Libc.O_NOFOLLOW | Libc.O_NONBLOCK, RootDirectory.InRoot);
        foreach (var attribute in ExtendedAttributes.Read(file, path.Display))
        {
            var name = System.Text.Encoding.UTF8.GetString(attribute.NameBytes);
            if (Array.Exists(Forbidden, start => name.StartsWith(start, StringComparison.Ordinal)) || (!Privileges && name == "security.capability"))
                throw new FindingException($"{path.Display} has the attribute {name}");
        }
    }
}
