namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>Judges where a symbolic link leads without asking the file system.</summary>
internal static class LinkTarget
{
    /// <summary>
    /// Whether a target stays inside, seen from a folder that many levels down which no link leads to: relative, with <c>..</c> only at its
    /// start and no more of them than there are levels. A later <c>..</c> could follow another link and leave, so it is refused.
    /// </summary>
    internal static bool StaysInside(ReadOnlySpan<byte> target, int depth)
    {
        if (target[0] == '/')
            return false;
        var descended = false;
        foreach (var range in target.Split((byte)'/'))
        {
            var component = target[range];
            if (component.IsEmpty || component.SequenceEqual("."u8))
                continue;
            if (!component.SequenceEqual(".."u8))
                descended = true;
            else if (descended || --depth < 0)
                return false;
        }

        return true;
    }
}
