using System.Text;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Archives.Tar;
using Bcl = System.Formats.Tar;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>
/// Our tar reader beside that of .NET: what both accept must have the same names, kinds, sizes and content. An archive that two readers
/// understand differently is how a check on one side is passed by on the other.
/// </summary>
internal static class TarDifferenceTarget
{
    internal static void Run(byte[] input)
    {
        var tar = SealedTar.Seal(input);
        if (ReadOurs(tar) is not { } ours || ReadBcl(tar) is not { } theirs)
            return;
        for (var i = 0; i < Math.Max(ours.Count, theirs.Count); i++)
        {
            var (left, right) = (ours.ElementAtOrDefault(i), theirs.ElementAtOrDefault(i));
            if (left is null || right is null || !left.IsSameAs(right))
                throw new FindingException($"entry {i} is {left} to us and {right} to System.Formats.Tar");
        }
    }

    private static List<Seen>? ReadOurs(byte[] tar)
    {
        var entries = new List<Seen>();
        try
        {
            using var reader = new TarReader(new MemoryStream(tar, writable: false), FuzzLimits.Archive);
            while (reader.Next() is { } entry)
            {
                var (name, link) = (Encoding.UTF8.GetString(entry.RawName), Encoding.UTF8.GetString(entry.LinkTarget));
                var content = reader.ReadAll(int.MaxValue, ArchiveRefusal.EntryTooLarge);
                entries.Add(new Seen(name, Kind(name, (Bcl.TarEntryType)entry.Type), link, Convert.ToHexString(content)));
            }
        }
        catch (ArchiveRefusedException)
        {
            return null;
        }

        return entries;
    }

    private static List<Seen>? ReadBcl(byte[] tar)
    {
        var entries = new List<Seen>();
        // System.Formats.Tar passes over PAX records and long names before a header in the form of v7, which no program writes there.
        var isNewer = tar.AsSpan().IndexOf("ustar"u8) >= 0;
        try
        {
            using var reader = new Bcl.TarReader(new MemoryStream(tar, writable: false));
            while (reader.GetNextEntry() is { } entry)
            {
                if (entry.EntryType == Bcl.TarEntryType.GlobalExtendedAttributes)
                    continue;
                if (IsSparse(entry) || (entry.Format == Bcl.TarEntryFormat.V7 && isNewer))
                    return null;
                using var content = new MemoryStream();
                entry.DataStream?.CopyTo(content);
                entries.Add(new Seen(entry.Name, Kind(entry.Name, entry.EntryType), entry.LinkName, Convert.ToHexString(content.ToArray()))
                {
                    HasNoPrefix = entry.Format == Bcl.TarEntryFormat.Pax,
                });
            }
        }
        // It throws whatever comes for what it does not take; only what it accepts is compared.
        catch (Exception e) when (e is InvalidDataException or IOException or ArgumentException or FormatException or OverflowException or NotSupportedException)
        {
            return null;
        }

        return entries;
    }

    // To System.Formats.Tar a sparse file is its map and its data, not what it stands for.
    private static bool IsSparse(Bcl.TarEntry entry) =>
        entry.EntryType == Bcl.TarEntryType.SparseFile
        || (entry is Bcl.PaxTarEntry pax && pax.ExtendedAttributes.Keys.Any(static key => key.StartsWith("GNU.sparse.", StringComparison.Ordinal)));

    // A v7 directory is a file whose name ends with a slash; System.Formats.Tar leaves that to who extracts it. A contiguous file is a file.
    private static string Kind(string name, Bcl.TarEntryType type) => type switch
    {
        Bcl.TarEntryType.RegularFile or Bcl.TarEntryType.V7RegularFile or Bcl.TarEntryType.ContiguousFile or Bcl.TarEntryType.Directory when name.EndsWith('/') => "named as a folder",
        Bcl.TarEntryType.V7RegularFile or Bcl.TarEntryType.ContiguousFile => "RegularFile",
        _ => $"{type}",
    };

    private sealed record Seen(string Name, string Kind, string Link, string Content)
    {
        /// <summary>System.Formats.Tar passes over a header's prefix field behind any PAX header, also one without a path; GNU tar and Go do not.</summary>
        internal bool HasNoPrefix { get; init; }

        internal bool IsSameAs(Seen other) =>
            Kind == other.Kind && Link == other.Link && Content == other.Content
            && (Name == other.Name || (other.HasNoPrefix && Name.EndsWith($"/{other.Name}", StringComparison.Ordinal)));
    }
}
