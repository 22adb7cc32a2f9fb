using System.Text;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Fuzz.Seeds;

/// <summary>Small archives by our own writer.</summary>
internal sealed class SeedTar
{
    private readonly List<Action<TarWriter>> _entries = [];

    internal SeedTar File(string path, string content = "content\n", uint mode = 0x1A4, params (string Name, string Value)[] attributes) =>
        Bytes(path, Encoding.UTF8.GetBytes(content), mode, attributes);

    internal SeedTar Bytes(string path, byte[] content, uint mode = 0x180, params (string Name, string Value)[] attributes)
    {
        var entry = Entry(path, TarEntryType.Regular, mode);
        foreach (var (name, value) in attributes)
            entry.Attributes.Add(new TarAttribute(Encoding.UTF8.GetBytes($"{name}\0"), Encoding.UTF8.GetBytes(value)));
        _entries.Add(writer => writer.WriteBytes(entry, content));
        return this;
    }

    internal SeedTar Folder(string path, uint mode = 0x1ED) => Header(Entry(path, TarEntryType.Directory, mode));

    internal SeedTar Symlink(string path, string target) => Link(path, target, TarEntryType.SymbolicLink);

    internal SeedTar Hardlink(string path, string target) => Link(path, target, TarEntryType.HardLink);

    internal SeedTar Fifo(string path) => Header(Entry(path, TarEntryType.Fifo, 0x1A4));

    internal SeedTar Device(string path, uint major, uint minor)
    {
        var entry = Entry(path, TarEntryType.CharacterDevice, 0x1B6);
        (entry.DeviceMajor, entry.DeviceMinor) = (major, minor);
        return Header(entry);
    }

    internal SeedTar At(string path, long seconds, int nanoseconds, uint owner)
    {
        var entry = Entry(path, TarEntryType.Regular, 0x1A4);
        entry.Modified = new UnixTime(seconds, nanoseconds);
        (entry.UserId, entry.GroupId) = (owner, owner);
        return Header(entry);
    }

    internal byte[] Finish()
    {
        using var output = new MemoryStream();
        var writer = new TarWriter(output);
        _entries.ForEach(write => write(writer));
        writer.Complete();
        return output.ToArray();
    }

    private static TarEntry Entry(string path, TarEntryType type, uint mode) => new()
    {
        Path = path == "." ? RelativePath.Root : RelativePath.Parse(path),
        Type = type,
        Mode = mode,
        Modified = new UnixTime(1_700_000_000, 0),
    };

    private SeedTar Link(string path, string target, TarEntryType type)
    {
        var entry = Entry(path, type, 0x1FF);
        entry.LinkTarget = Encoding.UTF8.GetBytes(target);
        return Header(entry);
    }

    private SeedTar Header(TarEntry entry)
    {
        _entries.Add(writer => writer.WriteHeader(entry));
        return this;
    }
}
