using System.Globalization;
using System.Text;

using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.NodeAgent.Containers;

/// <summary>What a container's monitor, conmon, was started with: the one place where CRI-O says which runtime runs a container.</summary>
/// <param name="Container">The container's id (<c>-c</c>).</param>
/// <param name="Bundle">Its bundle (<c>-b</c>).</param>
/// <param name="Runtime">The runtime's path (<c>-r</c>).</param>
/// <param name="RuntimeRoot">The runtime's state folder (<c>--runtime-arg --root=</c>).</param>
public sealed record ConmonArguments(string Container, string Bundle, string Runtime, string RuntimeRoot)
{
    private const int MaximumPidFile = 64;
    private const string RootArgument = "--root=";

    /// <summary>Reads those of the monitor that a bundle names.</summary>
    /// <param name="node">The node's files, its <c>/proc</c> among them.</param>
    /// <param name="bundle">The bundle.</param>
    /// <returns>Null where the bundle names none, or one that has ended.</returns>
    public static ConmonArguments? Read(RootDirectory node, RootDirectory bundle)
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(bundle);
        RelativePath file = RelativePath.Parse("conmon-pidfile");
        if (!bundle.Exists(file))
            return null;
        string text = Encoding.ASCII.GetString(bundle.ReadFile(file, MaximumPidFile)).Trim();
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int pid))
            return null;
        try
        {
            // The file outlives its monitor, whose number may have gone to a container's process, and that one may call itself anything.
            return MountsOf(node, pid) == MountsOf(node, 1) ? Parse(CommandLineOf(node, pid)) : null;
        }
        catch (IOException)
        {
            return null; // it has ended
        }
    }

    /// <summary>Reads a command line.</summary>
    /// <param name="commandLine">Its arguments, each with a NUL at its end, the program first.</param>
    /// <returns>Null where it is not conmon's.</returns>
    public static ConmonArguments? Parse(string commandLine)
    {
        ArgumentNullException.ThrowIfNull(commandLine);
        string[] arguments = commandLine.Split('\0');
        string? root = arguments.Zip(arguments.Skip(1))
            .Where(pair => pair.First == "--runtime-arg" && pair.Second.StartsWith(RootArgument, StringComparison.Ordinal))
            .Select(pair => pair.Second[RootArgument.Length..])
            .FirstOrDefault();
        return Value("-c") is { } container && Value("-b") is { } bundle && Value("-r") is { } runtime && root is not null
            ? new ConmonArguments(container, bundle, runtime, root)
            : null;

        string? Value(string option) => Array.IndexOf(arguments, option) is >= 0 and var index && index + 1 < arguments.Length ? arguments[index + 1] : null;
    }

    private static string MountsOf(RootDirectory node, int pid) => node.ReadLink(RelativePath.Parse($"/proc/{pid}/ns/mnt"));

    // The kernel tells no length for it.
    private static string CommandLineOf(RootDirectory node, int pid)
    {
        using var file = new FileStream(node.OpenFileNoFollow(RelativePath.Parse($"/proc/{pid}/cmdline")), FileAccess.Read, bufferSize: 0);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd();
    }
}
