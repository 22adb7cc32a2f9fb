using System.Globalization;
using System.Net;
using System.Text;

namespace CheckpointOperator.Node.Tests.Archives;

/// <summary>What /proc said of a process before it was dumped.</summary>
internal sealed class ObservedProcess(string folder)
{
    public uint Pid { get; } = uint.Parse(Path.GetFileName(folder), CultureInfo.InvariantCulture);

    public string Name => Line("comm");

    public string[] CommandLine => Words("cmdline");

    public string[] Environment => Words("environ");

    public string Executable => Line("exe");

    public string WorkingDirectory => Line("cwd");

    /// <summary>Descriptors and what their links say.</summary>
    public Dictionary<uint, string> Files => Lines("fd").Select(line => line.Split(' ', 2)).ToDictionary(parts => uint.Parse(parts[0], CultureInfo.InvariantCulture), parts => parts[1]);

    /// <summary>The parent's id; 0 where it is outside of the container.</summary>
    public uint Parent(IReadOnlyCollection<uint> pids) => uint.Parse(Line("parent"), CultureInfo.InvariantCulture) is var parent && pids.Contains(parent) && parent != Pid ? parent : 0;

    public IEnumerable<uint> Threads => Lines("threads").Select(uint.Parse).Order();

    public string Status(string name) => Lines("status").Single(line => line.StartsWith($"{name}:", StringComparison.Ordinal))[(name.Length + 1)..].Trim();

    /// <summary>A member of a descriptor's fdinfo.</summary>
    public string FileInfo(uint descriptor, string name) =>
        Lines($"fdinfo/{descriptor}").Single(line => line.StartsWith($"{name}:", StringComparison.Ordinal))[(name.Length + 1)..].Trim();

    /// <summary>Mount point, root, type and source of each mount, by the mount's id.</summary>
    public Dictionary<uint, (uint Parent, string MountPoint, string Root, string FileSystem, string Source)> Mounts => Lines("mountinfo").Select(line => line.Split(' ')).ToDictionary(
        parts => uint.Parse(parts[0], CultureInfo.InvariantCulture),
        parts => (uint.Parse(parts[1], CultureInfo.InvariantCulture), parts[4], parts[3], parts[Array.IndexOf(parts, "-") + 1], parts[Array.IndexOf(parts, "-") + 2]));

    /// <summary>Local end, remote end and state of the sockets of a table such as tcp6, by inode.</summary>
    public Dictionary<uint, (IPEndPoint Local, IPEndPoint Remote, int State)> Sockets(string table) =>
        Lines(table).Skip(1).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(parts => parts[9] != "0").ToDictionary(
            parts => uint.Parse(parts[9], CultureInfo.InvariantCulture),
            parts => (EndPoint(parts[1]), EndPoint(parts[2]), int.Parse(parts[3], NumberStyles.HexNumber, CultureInfo.InvariantCulture)));

    /// <summary>Type and name of the Unix sockets, by inode.</summary>
    public Dictionary<uint, (int Type, string? Name)> UnixSockets => Lines("unix").Skip(1).Select(line => line.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries)).ToDictionary(
        parts => uint.Parse(parts[6], CultureInfo.InvariantCulture),
        parts => (int.Parse(parts[4], NumberStyles.HexNumber, CultureInfo.InvariantCulture), parts.Length > 7 ? parts[7] : null));

    // The kernel prints the words of an address as the machine's numbers.
    private static IPEndPoint EndPoint(string text)
    {
        string[] parts = text.Split(':');
        var bytes = parts[0].Chunk(8).SelectMany(word => BitConverter.GetBytes(uint.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture))).ToArray();
        return new IPEndPoint(new IPAddress(bytes), int.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    private string[] Words(string file) => File.ReadAllText(Path.Combine(folder, file), Encoding.UTF8) is { Length: > 0 } text ? text[..^1].Split('\0') : [];

    private string Line(string file) => Lines(file).Single();

    private string[] Lines(string file) => File.ReadAllText(Path.Combine(folder, file)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
