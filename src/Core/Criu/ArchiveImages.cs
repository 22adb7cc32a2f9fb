using System.Globalization;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Core.Criu;

/// <summary>The small images of an archive, kept in memory within a budget, by their names below <c>checkpoint/</c>.</summary>
internal sealed class ArchiveImages(ArchiveLimits limits)
{
    private const string Folder = "checkpoint/";

    private readonly Dictionary<string, byte[]> _images = new(StringComparer.Ordinal);
    private long _bytes;

    /// <summary>All names.</summary>
    internal IEnumerable<string> Names => _images.Keys;

    /// <summary>The entry's name among the images; null when it is none. Statistics lie beside the folder, where CRIU's work folder was.</summary>
    internal static string? NameOf(TarEntry entry)
    {
        if (entry.Type != TarEntryType.Regular)
            return null;
        var name = entry.Path.ToString();
        if (name is ImageNames.DumpStats or ImageNames.RestoreStats)
            return name;
        return name.StartsWith(Folder, StringComparison.Ordinal) && !name.AsSpan(Folder.Length).Contains('/') ? name[Folder.Length..] : null;
    }

    /// <summary>An image's name in the archive.</summary>
    internal static string EntryOf(string name) => name is ImageNames.DumpStats or ImageNames.RestoreStats ? name : Folder + name;

    /// <summary>The number in a name of one kind: 4 in <c>pagemap-4.img</c>; null for another kind.</summary>
    internal static uint? NumberIn(string name, string kind) =>
        name.StartsWith(kind, StringComparison.Ordinal) && name.EndsWith(".img", StringComparison.Ordinal) && name.Length > kind.Length + ".img".Length
            && name[kind.Length] == '-'
            && uint.TryParse(name.AsSpan((kind.Length + 1)..^".img".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;

    /// <summary>Keeps the reader's current entry.</summary>
    internal void Add(string name, TarReader reader)
    {
        // Of statistics in both places, the first ones; all others were looked at for having one name.
        if (_images.ContainsKey(name))
            return;
        Spend(reader.Remaining, name);
        _images.Add(name, reader.ReadAll(limits.MaxCriuImageBytes, ArchiveRefusal.CriuImageTooLarge));
    }

    /// <summary>Takes bytes off the budget.</summary>
    internal void Spend(long bytes, string name)
    {
        _bytes += bytes;
        if (_bytes > limits.MaxCriuImagesBytes)
            throw new ArchiveRefusedException(ArchiveRefusal.CriuImageTooLarge, EntryOf(name), -1, $"with it more than {limits.MaxCriuImagesBytes} bytes would be kept");
    }

    internal byte[]? Find(string name) => _images.GetValueOrDefault(name);

    internal byte[] Require(string name) =>
        Find(name) ?? throw new ArchiveRefusedException(ArchiveRefusal.MissingEntry, EntryOf(name), -1, "without this image of CRIU the processes cannot be told");
}
