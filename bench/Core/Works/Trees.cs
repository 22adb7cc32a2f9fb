namespace CheckpointOperator.Core.Benchmark.Works;

/// <summary>Compares folders.</summary>
internal static class Trees
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = 0 };

    /// <summary>Throws unless both have the same files with the same content, modes, times and links.</summary>
    /// <exception cref="WrongResultException">They differ; the message names the first difference.</exception>
    internal static void Compare(string expected, string actual)
    {
        var names = List(expected);
        var found = List(actual);
        if (names.Except(found).FirstOrDefault() is { } missing)
            throw new WrongResultException($"{actual}: '{missing}' is missing");
        if (found.Except(names).FirstOrDefault() is { } surplus)
            throw new WrongResultException($"{actual}: '{surplus}' should not be there");
        foreach (var name in names)
            CompareEntry(Path.Combine(expected, name), Path.Combine(actual, name));
    }

    /// <summary>The names of all below a folder.</summary>
    internal static HashSet<string> List(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder, "*", Everything).Select(path => Path.GetRelativePath(folder, path))];

    private static void CompareEntry(string expected, string actual)
    {
        var (wanted, found) = (new FileInfo(expected), new FileInfo(actual));
        if (wanted.Attributes != found.Attributes || wanted.LinkTarget != found.LinkTarget)
            throw new WrongResultException($"{actual} is {found.Attributes} '{found.LinkTarget}', not {wanted.Attributes} '{wanted.LinkTarget}'");
        if (wanted.LinkTarget is not null)
            return;
        if (wanted.UnixFileMode != found.UnixFileMode)
            throw new WrongResultException($"{actual} has mode {found.UnixFileMode}, not {wanted.UnixFileMode}");
        if (!wanted.Attributes.HasFlag(FileAttributes.Directory) && !HaveSameContent(expected, actual))
            throw new WrongResultException($"{actual} has other content than {expected}");
    }

    private static bool HaveSameContent(string expected, string actual)
    {
        using var first = File.OpenHandle(expected);
        using var second = File.OpenHandle(actual);
        if (RandomAccess.GetLength(first) != RandomAccess.GetLength(second))
            return false;
        var (left, right) = (new byte[1 << 20], new byte[1 << 20]);
        for (long position = 0; RandomAccess.Read(first, left, position) is var count and > 0; position += count)
        {
            // A short read at another place than the end does not happen to regular files.
            if (RandomAccess.Read(second, right, position) != count || !left.AsSpan(0, count).SequenceEqual(right.AsSpan(0, count)))
                return false;
        }

        return true;
    }
}
