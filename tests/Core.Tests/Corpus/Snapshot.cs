using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CheckpointOperator.Core.Archives.Tar;
using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Interop;
using Microsoft.Win32.SafeHandles;

namespace CheckpointOperator.Core.Tests.Corpus;

/// <summary>
/// A tree as the kernel tells it, by bare system calls that go around what is tested: names, types, modes, owners, devices, inodes, times (the change
/// time too, which nobody can set back), link targets, content and extended attributes.
/// </summary>
internal static class Snapshot
{
    private const int MaxContent = 64 * 1024;

    /// <summary>One line per entry. <paramref name="skip"/> is told a path relative to the folder; what it names is left out with all below.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="detail">What is told of an entry.</param>
    /// <param name="skip">What is left out.</param>
    internal static SortedDictionary<string, string> Take(string folder, Func<string, SnapshotDetail> detail, Func<string, bool>? skip = null)
    {
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var handle = Open(null, [.. Encoding.UTF8.GetBytes(folder), 0], Libc.O_RDONLY | Libc.O_DIRECTORY);
        Add(handle, "", detail, skip, lines);
        return lines;
    }

    /// <summary>What differs between two snapshots, for people.</summary>
    internal static string Difference(SortedDictionary<string, string> before, SortedDictionary<string, string> after)
    {
        var text = new StringBuilder();
        foreach (var (path, line) in before)
        {
            if (!after.TryGetValue(path, out var now))
                text.Append(CultureInfo.InvariantCulture, $"\n  gone: {path} {line}");
            else if (now != line)
                text.Append(CultureInfo.InvariantCulture, $"\n  was: {path} {line}\n  is:  {path} {now}");
        }

        foreach (var (path, line) in after.Where(entry => !before.ContainsKey(entry.Key)))
            text.Append(CultureInfo.InvariantCulture, $"\n  new: {path} {line}");
        return text.ToString();
    }

    private static void Add(
        SafeFileHandle folder, string prefix, Func<string, SnapshotDetail> detail, Func<string, bool>? skip, SortedDictionary<string, string> lines)
    {
        foreach (var (name, _) in DirectoryReader.Read(folder, prefix))
        {
            var path = prefix + DisplayText.Of(name.AsSpan()[..^1]);
            if (skip?.Invoke(path) == true)
                continue;
            using var entry = Open(folder, name, Libc.O_PATH | Libc.O_NOFOLLOW);
            Assert.Equal(0, Libc.statx(entry, "\0"u8, Libc.AT_EMPTY_PATH, Libc.STATX_BASIC_STATS, out var status));
            lines[path] = Line(folder, name, entry, in status, detail(path));
            if ((status.Mode & Libc.S_IFMT) != Libc.S_IFDIR)
                continue;
            using var below = Open(folder, name, Libc.O_RDONLY | Libc.O_DIRECTORY | Libc.O_NOFOLLOW);
            Add(below, path + "/", detail, skip, lines);
        }
    }

    private static string Line(SafeFileHandle folder, byte[] name, SafeFileHandle entry, in Statx status, SnapshotDetail detail)
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{Convert.ToString(status.Mode, 8)} {status.DeviceTypeMajor}:{status.DeviceTypeMinor}");
        if (detail >= SnapshotDetail.Lasting)
        {
            line.Append(CultureInfo.InvariantCulture, $" {status.UserId}:{status.GroupId} inode {status.Inode}")
                .Append(CultureInfo.InvariantCulture, $" modified {status.ModificationTime.Seconds}.{status.ModificationTime.Nanoseconds}");
        }

        if (detail == SnapshotDetail.Everything)
        {
            line.Append(CultureInfo.InvariantCulture, $" links {status.LinkCount}")
                .Append(CultureInfo.InvariantCulture, $" changed {status.ChangeTime.Seconds}.{status.ChangeTime.Nanoseconds}");
        }

        var type = status.Mode & Libc.S_IFMT;
        if (type == Libc.S_IFLNK)
        {
            Span<byte> target = new byte[4096];
            line.Append(" -> ").Append(DisplayText.Of(target[..(int)Libc.readlinkat(entry, "\0"u8, target, (nuint)target.Length)]));
        }

        if (type is Libc.S_IFREG or Libc.S_IFDIR)
        {
            using var open = Open(folder, name, Libc.O_RDONLY | Libc.O_NOFOLLOW);
            if (type == Libc.S_IFREG)
            {
                var content = new byte[Math.Min((long)status.Size, MaxContent)];
                var count = RandomAccess.Read(open, content, 0);
                line.Append(CultureInfo.InvariantCulture, $" {status.Size} bytes {Convert.ToHexStringLower(SHA256.HashData(content.AsSpan(0, count)))[..16]}");
            }

            foreach (var attribute in ExtendedAttributes.Read(open, "").OrderBy(attribute => DisplayText.Of(attribute.NameBytes), StringComparer.Ordinal))
                line.Append(CultureInfo.InvariantCulture, $" {DisplayText.Of(attribute.NameBytes)}={Convert.ToHexStringLower(attribute.Value)}");
        }

        return line.ToString();
    }

    private static SafeFileHandle Open(SafeFileHandle? folder, byte[] name, int flags)
    {
        var how = new OpenHow { Flags = (ulong)(flags | Libc.O_CLOEXEC) };
        using var none = new SafeFileHandle(Libc.AT_FDCWD, ownsHandle: false);
        var descriptor = Libc.openat2(folder ?? none, name, in how);
        Assert.True(descriptor >= 0, $"cannot open {DisplayText.Of(name)}: {System.Runtime.InteropServices.Marshal.GetLastPInvokeErrorMessage()}");
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }
}
