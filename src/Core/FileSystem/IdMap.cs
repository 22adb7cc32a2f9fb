namespace CheckpointOperator.Core.FileSystem;

/// <summary>
/// The ids of a user namespace. Archives hold owners as the container's processes see them; on the node's file systems the same files
/// belong to the ids outside, unless they are reached through an idmapped mount, which needs no map here.
/// </summary>
public sealed class IdMap
{
    // The highest id means "leave it as it is" to chown.
    private const ulong Ids = uint.MaxValue;

    /// <summary>Makes the map.</summary>
    /// <param name="users">Ranges of user ids, in any order.</param>
    /// <param name="groups">Ranges of group ids, in any order.</param>
    /// <exception cref="ArgumentException">One list is empty, a range is empty or too long, or two overlap on either side.</exception>
    public IdMap(IReadOnlyList<IdRange> users, IReadOnlyList<IdRange> groups)
    {
        Users = Check(users, nameof(users));
        Groups = Check(groups, nameof(groups));
    }

    /// <summary>Ranges of user ids.</summary>
    public IReadOnlyList<IdRange> Users { get; }

    /// <summary>Ranges of group ids.</summary>
    public IReadOnlyList<IdRange> Groups { get; }

    /// <summary>The id outside; null when the map has none for it.</summary>
    internal static uint? ToHost(IReadOnlyList<IdRange> ranges, uint id)
    {
        foreach (var range in ranges)
        {
            if (id >= range.Container && id - range.Container < range.Length)
                return range.Host + (id - range.Container);
        }

        return null;
    }

    /// <summary>The id inside; null when the map has none for it.</summary>
    internal static uint? ToContainer(IReadOnlyList<IdRange> ranges, uint id)
    {
        foreach (var range in ranges)
        {
            if (id >= range.Host && id - range.Host < range.Length)
                return range.Container + (id - range.Host);
        }

        return null;
    }

    private static IReadOnlyList<IdRange> Check(IReadOnlyList<IdRange> ranges, string name)
    {
        ArgumentNullException.ThrowIfNull(ranges, name);
        if (ranges.Count == 0)
            throw new ArgumentException("a user namespace maps one range of ids or more", name);
        foreach (var range in ranges)
        {
            if (range.Length == 0 || range.Container + (ulong)range.Length > Ids || range.Host + (ulong)range.Length > Ids)
                throw new ArgumentException($"the range {range} is empty, or ends above {Ids - 1}", name);
        }

        RefuseOverlap(ranges, static range => range.Container);
        RefuseOverlap(ranges, static range => range.Host);
        return ranges;

        void RefuseOverlap(IReadOnlyList<IdRange> all, Func<IdRange, uint> start)
        {
            var sorted = all.OrderBy(start).ToList();
            for (var i = 1; i < sorted.Count; i++)
            {
                if (start(sorted[i]) - start(sorted[i - 1]) < sorted[i - 1].Length)
                    throw new ArgumentException($"the ranges {sorted[i - 1]} and {sorted[i]} overlap", name);
            }
        }
    }
}
