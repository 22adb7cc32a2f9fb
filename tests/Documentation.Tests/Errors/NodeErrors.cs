using System.Formats.Tar;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent;
using CheckpointOperator.NodeAgent.Containers;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Node;
using CheckpointOperator.NodeAgent.Restores;
using CheckpointOperator.NodeAgent.RuntimeHandler;

namespace CheckpointOperator.Documentation.Tests.Errors;

/// <summary>What the agent says of its node, its settings, containers and archives, from its own code.</summary>
internal static class NodeErrors
{
    /// <summary>By what is wrong.</summary>
    public static IReadOnlyDictionary<string, Func<string>> All { get; } = new Dictionary<string, Func<string>>
    {
        ["an old kernel"] = () => Condition(ConditionTypes.CanCheckpoint, status => status.Kernel = "5.4.0"),
        ["no CRIU"] = () => Condition(ConditionTypes.CanCheckpoint, status => status.Criu = null),
        ["an old CRIU"] = () => Condition(ConditionTypes.CanCheckpoint, status => status.Criu!.Version = "4.1"),
        ["a kernel that lacks something"] = () => Condition(ConditionTypes.CanCheckpoint, status => status.Criu = new NodeCriu { Version = "4.2", Message = "Error (criu/cr-check.c): no" }),
        ["no runtime to checkpoint"] = () => Condition(ConditionTypes.CanCheckpoint, status => status.Runtimes = []),
        ["no runtime to restore"] = () => Condition(ConditionTypes.CanRestore, status => status.Runtimes = []),
        ["a runtime without labels"] = () => Condition(ConditionTypes.CanRestore, status => (status.Selinux, status.Runtimes![0].PodRestore) = ("enforcing", false)),
        ["a store that takes no writes"] = () => Condition(ConditionTypes.CanCheckpoint, status => status.Storage!.ArchivesWritable = false),
        ["no handler"] = () => Condition(ConditionTypes.CanRestore, status => status.RestoreRuntime = new NodeRestoreRuntime { Handler = "checkpoint-restore", Message = "no drop-ins" }),
        ["a handler that was rolled back"] = () => Condition(
            ConditionTypes.CanRestore, status => status.RestoreRuntime = new NodeRestoreRuntime { Handler = "checkpoint-restore", RolledBack = true, Message = "it did not answer" }),
        ["a containerd of the past"] = () => Assert.Throws<RuntimeHandlerException>(() => ContainerdConfiguration.RuntimePlugin(1)).Message,
        ["a containerd without runc"] = () => Assert.Throws<RuntimeHandlerException>(() => ContainerdConfiguration.Parse("version = 2\n").Model()).Message,
        ["io_uring"] = () => CriuAdvice.For(["Can't dump file 5 of that type [anon_inode:[io_uring]]"])!,
        ["Multipath TCP"] = () => CriuAdvice.For(["inet: Unsupported proto 262 for socket 1"])!,
        ["userfaultfd"] = () => CriuAdvice.For(["Can't dump file 5 of that type (unix:[userfaultfd])"])!,
        ["a device"] = () => CriuAdvice.For(["Can't dump file 5 of that type [20666] (chr 10:229 /dev/fuse)"])!,
        ["a Unix socket to outside"] = () => CriuAdvice.For(["unix: External socket is used. Consider using --ext-unix-sk option."])!,
        ["a traced process"] = () => CriuAdvice.For(["32 found while seizing 33"])!,
        ["a file that is not there"] = () => CriuAdvice.For(["Can't open file data/x on restore: No such file or directory"])!,
        ["a file of another size"] = () => CriuAdvice.For(["File data/x has bad size 3 (expect 5)"])!,
        ["orders to CRIU"] = () => Assert.Throws<CheckpointFailedException>(() => ForeignCriuOptions.Refuse(
            new RunningContainer(
                new ContainerId("containerd", "0123"), "/bundle", "runc", "/run/runc", new OciSpec { Annotations = new Dictionary<string, string> { ["org.criu.config"] = "/data/criu.conf" } }, "{}"u8.ToArray()),
            new AgentOptions())).Message,
        ["a handler with another runtime"] = () => Assert.Throws<RestoreRefusedException>(() => SameRuntime.Require("crun", "/usr/bin/runc")).Message,
        ["no node's name"] = () => Setting(options => options.NodeName = string.Empty),
        ["a store that is no path"] = () => Setting(options => options.Store = "archives"),
        ["no attempts"] = () => Setting(options => options.RestoreAttempts = 0),
        ["a kubelet without TLS"] = () => Setting(options => options.KubeletUrl = "http://10.0.0.5:10255"),
        ["a heart that hardly beats"] = () => Setting(options => options.Heartbeat = TimeSpan.FromHours(1)),
        ["a name that leads out"] = () => Refusal("../../etc/passwd"),
    };

    private static string Condition(string type, Action<CheckpointNodeStatus> change) =>
        NodeConditions.Of(Objects.Node(change).Status, null, DateTimeOffset.UtcNow).Find(type)!.Message;

    private static string Setting(Action<AgentOptions> change)
    {
        AgentOptions options = new();
        change(options);
        return new AgentOptionsValidator().Validate(null, options).FailureMessage!;
    }

    private static string Refusal(string name)
    {
        string path = Path.GetTempFileName();
        try
        {
            using (TarWriter writer = new(File.Create(path)))
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("x"u8.ToArray()) });
            using CheckpointArchive archive = CheckpointArchive.Open(path);
            return Assert.Throws<ArchiveRefusedException>(() => archive.InspectAndHash()).Message;
        }
        finally
        {
            File.Delete(path);
        }
    }
}
