using System.Globalization;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Archives;

/// <summary>An archive, or a part of one, was not accepted. The message is one line that names the entry.</summary>
public sealed class ArchiveRefusedException : Exception
{
    /// <summary>Creates the exception.</summary>
    /// <param name="reason">Why it was refused.</param>
    /// <param name="entry">The entry's name as it stands in the archive; empty when the archive as a whole is meant.</param>
    /// <param name="index">The entry's position, counted from 0; -1 when the archive as a whole is meant.</param>
    /// <param name="detail">What was expected or found, for people.</param>
    /// <param name="innerException">The fault underneath.</param>
    internal ArchiveRefusedException(ArchiveRefusal reason, string entry, long index, string? detail = null, Exception? innerException = null)
        : base(Describe(reason, entry, index, detail), innerException)
    {
        Reason = reason;
        Entry = entry;
        Index = index;
        Detail = detail;
    }

    /// <summary>Why the archive was refused.</summary>
    public ArchiveRefusal Reason { get; }

    /// <summary>The entry's name as it stands in the archive; empty when the archive as a whole is meant.</summary>
    public string Entry { get; }

    /// <summary>The entry's position, counted from 0; -1 when the archive as a whole is meant.</summary>
    public long Index { get; }

    /// <summary>What was expected or found.</summary>
    internal string? Detail { get; }

    private static string Describe(ArchiveRefusal reason, string entry, long index, string? detail)
    {
        var place = index >= 0
            ? string.Create(CultureInfo.InvariantCulture, $"entry {index} '{DisplayText.Of(entry)}'")
            : entry.Length > 0 ? $"'{DisplayText.Of(entry)}'" : "the archive";
        return detail is null ? $"archive refused: {reason}: {place}" : $"archive refused: {reason}: {place}: {DisplayText.Of(detail)}";
    }
}
