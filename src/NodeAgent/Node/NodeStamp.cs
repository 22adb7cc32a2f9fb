using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.NodeAgent.Interop;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.RuntimeHandler;

using Microsoft.Extensions.Options;

namespace CheckpointOperator.NodeAgent.Node;

/// <summary>
/// What the node's abilities hang on, in a form to compare: its programs, its container engine's configuration, its store. Reading it starts no program and
/// opens no file, some dozens of system calls in all, so that it can be looked at every few seconds.
/// </summary>
/// <param name="node">The node's files.</param>
/// <param name="options">Which files.</param>
internal sealed class NodeStamp(NodeRoot node, IOptions<AgentOptions> options)
{
    private static readonly RuntimeHandlerOptions Handler = new();

    /// <summary>Of programs and configuration: when this differs, they have to be asked again.</summary>
    public string OfPrograms()
    {
        string config = options.Value.ContainerdConfig;
        string[] programs = ["criu", Handler.Containerd, Handler.CriO, "kubelet", .. options.Value.RuntimeNames()];
        string[] files =
        [
            Handler.InstalledProgram, $"{Handler.InstalledProgram}.json", RuntimeHandlerInstaller.RestartPending,
            config, $"{Path.GetDirectoryName(config)}/conf.d",
            // A CRI-O that was started again has another socket.
            $"{Path.GetDirectoryName(options.Value.CriOConfigFolder)}/crio.conf", options.Value.CriOConfigFolder, Handler.CriOSocket,
        ];
        return string.Join('\n', [
            .. programs.Select(program => $"{program}: {ProgramIdentity.Find(node.Directory, program, NodeThread.SearchPath)}"),
            .. files.Select(file => $"{file}: {StatusOf(file)}"),
            $"SELinux: {NodeFacts.SELinux()}",
        ]);
    }

    /// <summary>Of the store: an archive came or went, or it can be written no more.</summary>
    public string OfStore() => $"{StatusOf(options.Value.Store)} {IsStoreWritable()}";

    /// <summary>Whether archives can be written: not where a file system is read-only.</summary>
    public bool IsStoreWritable()
    {
        // The folder is made when it is needed, below the first that is there.
        RelativePath path = RelativePath.Parse(options.Value.Store);
        while (!path.IsRoot && node.Directory.StatTarget(path) is null)
            path = path.Parent;
        using RootDirectory? folder = path.IsRoot ? null : node.Directory.OpenDirectory(path);
        return Libc.faccessat((folder ?? node.Directory).Handle, ".", Libc.W_OK, 0) == 0;
    }

    private string StatusOf(string path)
    {
        try
        {
            return node.Directory.StatTarget(RelativePath.Parse(path)) is { } status ? $"{status.Device} {status.Inode} {status.Size} {status.Changed}" : "none";
        }
        catch (FileSystemException unreadable)
        {
            return unreadable.Message;
        }
    }
}
