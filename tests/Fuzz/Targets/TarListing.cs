using System.Security.Cryptography;
using System.Text;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Archives.Tar;

namespace CheckpointOperator.Fuzz.Targets;

/// <summary>What a reader makes of an archive: a line for each entry, and at the end why it was refused, if it was.</summary>
internal static class TarListing
{
    /// <summary>Reads an archive, its content or only its headers. Content that was not read is left out of the lines.</summary>
    internal static List<string> Read(Stream stream, bool withContent)
    {
        var lines = new List<string>();
        try
        {
            using var reader = new TarReader(stream, FuzzLimits.Archive);
            while (reader.Next() is { } entry)
            {
                Check(entry);
                lines.Add(Describe(entry));
                if (withContent)
                {
                    var content = reader.ReadAll(int.MaxValue, ArchiveRefusal.EntryTooLarge);
                    if (content.Length != entry.Size)
                        throw new FindingException($"entry {entry.DisplayName} of {entry.Size} bytes gave {content.Length}");
                }
            }
        }
        catch (ArchiveRefusedException e)
        {
            lines.Add($"refused: {e.Reason} at {e.Index}");
        }

        return lines;
    }

    internal static string Describe(TarEntry entry)
    {
        var line = new StringBuilder();
        line.Append(Convert.ToHexString(entry.Path.Bytes)).Append($" {entry.Type} {entry.Mode} {entry.UserId}:{entry.GroupId} {entry.Size} ");
        line.Append($"{entry.Modified.Seconds}.{entry.Modified.Nanoseconds} {entry.DeviceMajor}:{entry.DeviceMinor} ");
        line.Append(Convert.ToHexString(entry.LinkTarget));
        foreach (var attribute in entry.Attributes)
            line.Append($" {Convert.ToHexString(attribute.NameBytes)}={Convert.ToHexString(SHA256.HashData(attribute.Value))}");
        return line.ToString();
    }

    // What everything behind the reader relies on.
    private static void Check(TarEntry entry)
    {
        var path = entry.Path.Bytes;
        if (path.Contains((byte)0) || path.StartsWith("/"u8) || path.EndsWith("/"u8) || path.IndexOf("//"u8) >= 0)
            throw new FindingException($"the name of entry {entry.Index} is not normalised: {entry.DisplayName}");
        foreach (var range in path.Split((byte)'/'))
        {
            if (path[range] is [(byte)'.'] or [(byte)'.', (byte)'.'])
                throw new FindingException($"the name of entry {entry.Index} holds a component of dots: {entry.DisplayName}");
        }

        if (entry.Path.IsRoot && entry.Type != TarEntryType.Directory)
            throw new FindingException($"entry {entry.Index}, {entry.Type}, names the root");
        var limits = FuzzLimits.Archive;
        if (path.Length > limits.MaxNameLength || entry.LinkTarget.Length > limits.MaxNameLength || entry.Path.Depth > limits.MaxDepth)
            throw new FindingException($"entry {entry.Index} is beyond the limits: {entry.DisplayName}");
        if (entry.Size < 0 || entry.Size > limits.MaxEntryBytes || entry.Index >= limits.MaxEntries)
            throw new FindingException($"entry {entry.Index} of {entry.Size} bytes is beyond the limits");
        if (entry.Modified.Nanoseconds is < 0 or > 999_999_999)
            throw new FindingException($"entry {entry.Index} has {entry.Modified.Nanoseconds} ns");
    }
}
