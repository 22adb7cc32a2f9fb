using System.Text.Json;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>The program checkpoint-restore-runtime on the node, with its settings beside it.</summary>
internal sealed class WrapperProgram(RootDirectory host, RuntimeHandlerOptions options)
{
    private const int MaximumLength = 16 * 1024 * 1024;
    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    // Where a service finds its programs.
    private static readonly string[] SearchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];

    private RelativePath Program => RelativePath.Parse(options.InstalledProgram);

    private string Settings => options.InstalledProgram + ".json";

    /// <summary>Puts the program and its settings in place, where they are not yet.</summary>
    /// <param name="ofModel">The runtime that it stands for, where the settings name none.</param>
    /// <returns>Whether anything changed.</returns>
    public bool Install(string ofModel)
    {
        byte[] program = File.ReadAllBytes(options.Source);
        string runtime = Find(options.Runtime ?? ofModel);
        bool isNew = !host.Exists(Program) || !host.ReadFile(Program, MaximumLength).AsSpan().SequenceEqual(program);
        if (isNew)
        {
            host.MakeDirectories(Program.Parent);
            host.WriteFileAtomically(Program, program, Executable);
        }
        return NodeFiles.Write(host, Settings, SettingsOf(runtime)) || isNew;
    }

    /// <summary>Removes both.</summary>
    /// <returns>Whether anything was there.</returns>
    public bool Remove() => NodeFiles.Remove(host, options.InstalledProgram) | NodeFiles.Remove(host, Settings);

    /// <summary>How many containers were made by the program and need it for every further step, their removal included.</summary>
    /// <param name="state">containerd's state folder.</param>
    public int CountUsers(string state)
    {
        RelativePath tasks = RelativePath.Parse(state).Append("io.containerd.runtime.v2.task");
        if (!host.Exists(tasks))
            return 0;
        // The shim notes each container's runtime in its bundle.
        return host.List(tasks).SelectMany(space => host.List(space.Path))
            .Count(bundle => NodeFiles.Read(host, bundle.Path.Append("runtime").ToString()) == options.InstalledProgram);
    }

    private string Find(string runtime)
    {
        string[] places = Path.IsPathRooted(runtime) ? [runtime] : [.. SearchPath.Select(folder => $"{folder}/{runtime}")];
        return places.FirstOrDefault(place => host.StatTarget(RelativePath.Parse(place)) is not null)
            ?? throw new RuntimeHandlerException($"the node has no {runtime} (looked at {string.Join(", ", places)}): install it, or name another runtime");
    }

    private string SettingsOf(string runtime)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteString("runtime", runtime);
            writer.WriteString("socket", options.Socket);
            writer.WriteString("restored", $"{Path.GetDirectoryName(options.Socket)}/restored");
            writer.WriteNumber("timeoutSeconds", (int)options.AgentTimeout.TotalSeconds);
            writer.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray()) + "\n";
    }
}
