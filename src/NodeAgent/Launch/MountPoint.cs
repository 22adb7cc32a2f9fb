using System.Text;

namespace CheckpointOperator.NodeAgent.Launch;

/// <summary>One line of <c>/proc/PID/mountinfo</c>.</summary>
/// <param name="Root">The part of the file system that is mounted.</param>
/// <param name="Path">Where it is mounted.</param>
/// <param name="FileSystem">The file system's type.</param>
/// <param name="SuperOptions">The file system's own options, joined by commas.</param>
internal sealed record MountPoint(string Root, string Path, string FileSystem, string SuperOptions)
{
    /// <summary>Every mount, in order: a later one of the same path lies over an earlier one.</summary>
    /// <param name="mountInfo">The text of <c>/proc/PID/mountinfo</c>.</param>
    public static IEnumerable<MountPoint> Parse(string mountInfo)
    {
        foreach (string line in mountInfo.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] fields = line.Split(' ');
            int separator = Array.IndexOf(fields, "-");
            if (separator >= 6 && fields.Length >= separator + 4)
                yield return new MountPoint(Unescape(fields[3]), Unescape(fields[4]), fields[separator + 1], Unescape(fields[separator + 3]));
        }
    }

    /// <summary>The value of <c>NAME=</c> among the file system's own options, or null.</summary>
    /// <param name="name">The option's name.</param>
    public string? Option(string name) => Options(name).FirstOrDefault();

    /// <summary>The value of every <c>NAME=</c> among the file system's own options.</summary>
    /// <param name="name">The option's name.</param>
    public IEnumerable<string> Options(string name) => SuperOptions.Split(',')
        .Where(option => option.StartsWith(name + "=", StringComparison.Ordinal))
        .Select(option => option[(name.Length + 1)..]);

    // The kernel writes blank, tab, line feed and backslash as three octal digits, byte by byte.
    private static string Unescape(string field)
    {
        if (!field.Contains('\\', StringComparison.Ordinal))
            return field;
        byte[] source = Encoding.UTF8.GetBytes(field);
        using var result = new MemoryStream(source.Length);
        for (int i = 0; i < source.Length; i++)
        {
            if (source[i] == '\\' && i + 3 < source.Length && source[(i + 1)..(i + 4)].All(digit => digit is >= (byte)'0' and <= (byte)'7'))
            {
                result.WriteByte((byte)Convert.ToInt32(Encoding.ASCII.GetString(source, i + 1, 3), 8));
                i += 3;
            }
            else
            {
                result.WriteByte(source[i]);
            }
        }
        return Encoding.UTF8.GetString(result.ToArray());
    }
}
