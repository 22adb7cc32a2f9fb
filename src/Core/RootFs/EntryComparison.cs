using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.RootFs;

/// <summary>
/// Tells whether an entry is the same in two trees: type, mode, owner, time, size, link target, device, attributes, number of names. Of files
/// that agree in all these the content is read only where the time may have been cut to the second, as tars without PAX records
/// and reproducible builds do it (containerd's continuity has the same rule); a time that has nanoseconds tells two writes apart.
/// </summary>
internal sealed class EntryComparison(TreeReader before, TreeReader after, bool alwaysCompareContent)
{
    private const int BufferSize = 128 * 1024;

    private readonly byte[] _left = new byte[BufferSize];
    private readonly byte[] _right = new byte[BufferSize];

    /// <summary>Compares two entries of one type.</summary>
    internal bool IsSame(RelativePath path, in FileStatus old, in FileStatus now)
    {
        if ((old.Mode, old.UserId, old.GroupId, old.Modified) != (now.Mode, now.UserId, now.GroupId, now.Modified))
            return false;
        return now.Type switch
        {
            FileType.Regular => old.Size == now.Size && old.LinkCount == now.LinkCount && HasSameContent(path, old, now),
            FileType.Directory => HasSameAttributes(path),
            FileType.SymbolicLink => before.ReadLink(path).AsSpan().SequenceEqual(after.ReadLink(path)),
            _ => (old.DeviceMajor, old.DeviceMinor) == (now.DeviceMajor, now.DeviceMinor),
        };
    }

    private bool HasSameContent(RelativePath path, in FileStatus old, in FileStatus now)
    {
        if ((old.Device, old.Inode) == (now.Device, now.Inode))
            return true;
        if (!HasSameAttributes(path))
            return false;
        if (now.Modified.Nanoseconds != 0 && !alwaysCompareContent)
            return true;
        using var left = before.Root.OpenFileNoFollow(path);
        using var right = after.Root.OpenFileNoFollow(path);
        for (long position = 0; ;)
        {
            var count = Fill(left, _left, position);
            if (count != Fill(right, _right, position) || !_left.AsSpan(0, count).SequenceEqual(_right.AsSpan(0, count)))
                return false;
            if (count < BufferSize)
                return true;
            position += count;
        }
    }

    private bool HasSameAttributes(RelativePath path)
    {
        var (left, right) = (AttributesOf(before, path), AttributesOf(after, path));
        return left.Count == right.Count && left.TrueForAll(one => right.Exists(other =>
            one.NameBytes.SequenceEqual(other.NameBytes) && one.Value.AsSpan().SequenceEqual(other.Value)));
    }

    private static List<TarAttribute> AttributesOf(TreeReader tree, RelativePath path)
    {
        using var entry = tree.Open(path);
        return [.. entry.WrittenAttributes()];
    }

    private static int Fill(SafeFileHandle file, byte[] buffer, long position)
    {
        var filled = 0;
        while (filled < buffer.Length && RandomAccess.Read(file, buffer.AsSpan(filled), position + filled) is var count and > 0)
            filled += count;
        return filled;
    }
}
