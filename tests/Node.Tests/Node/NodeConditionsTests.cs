using System.Text.RegularExpressions;

using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Node;

using k8s.Models;

namespace CheckpointOperator.Node.Tests.Node;

public sealed partial class NodeConditionsTests
{
    // What is lacking, then the reasons of CanCheckpoint and CanRestore, and what the message of the one that is False says to do.
    private static readonly Dictionary<string, (Action<CheckpointNodeStatus> Set, string Checkpoint, string Restore, string Says)> Nodes = new()
    {
        ["nothing"] = (_ => { }, "Capable", "Capable", ""),
        ["a kernel with openat2"] = (status => status.Kernel = "5.4.0-216-generic", "KernelTooOld", "KernelTooOld", "needs 5.6 or later"),
        ["CRIU"] = (status => status.Criu = new NodeCriu { Ok = false }, "CriuMissing", "CriuMissing", "install CRIU"),
        ["a CRIU for Pods"] = (status => status.Criu = new NodeCriu { Version = "3.15", Ok = false }, "CriuTooOld", "CriuTooOld", "install CRIU 3.16 or later"),
        ["a CRIU for Linux 6.13"] = (status => (status.Kernel, status.Criu!.Version) = ("6.13.1", "4.0"), "CriuTooOld", "CriuTooOld", "install CRIU 4.1 or later"),
        ["a CRIU for Linux 6.16"] = (status => (status.Kernel, status.Criu!.Version) = ("6.16-rc1", "4.1.1"), "CriuTooOld", "CriuTooOld", "install CRIU 4.2 or later"),
        ["what CRIU needs of the kernel"] = (
            status => status.Criu = new NodeCriu { Version = "4.2.1", Ok = false, Message = "Dirty tracking is OFF" }, "CriuCheckFailed", "CriuCheckFailed", "Dirty tracking is OFF"),
        ["a runtime"] = (status => status.Runtimes = [], "RuntimeMissing", "RuntimeMissing", "install runc or crun"),
        ["a runtime that checkpoints"] = (status => status.Runtimes![0].Checkpoint = false, "RuntimeMissing", "RuntimeMissing", "install runc or crun"),
        ["a runtime, but for the kubelet's"] = (
            status => (status.Runtimes, status.Kubelet) = ([], new NodeKubelet { CheckpointApi = true }), "Capable", "RuntimeMissing", "install runc or crun"),
        ["a runtime that labels"] = (
            status => (status.Selinux, status.Runtimes![0].PodRestore) = ("enforcing", false), "Capable", "RuntimeTooOld", "--lsm-mount-context"),
        ["a store to write to"] = (status => status.Storage = new NodeStorage { ArchivesWritable = false }, "StoreReadOnly", "Capable", "mounted read-only"),
        ["the handler"] = (status => status.RestoreRuntime!.Installed = false, "Capable", "HandlerNotInstalled", "install-runtime"),
        ["the handler, with a reason"] = (
            status => (status.RestoreRuntime!.Installed, status.RestoreRuntime.Message) = (false, "the node has no runc"), "Capable", "HandlerNotInstalled", "the node has no runc"),
        ["an engine that comes back"] = (
            status => status.RestoreRuntime = new NodeRestoreRuntime { Installed = false, Handler = "checkpoint-restore", Message = "containerd does not answer", RolledBack = true },
            "Capable", "HandlerRolledBack", "containerd does not answer"),
    };

    public static TheoryData<string> Lacking => new(Nodes.Keys.ToArray());

    [Theory]
    [MemberData(nameof(Lacking))]
    public void What_a_node_lacks_is_said_with_what_to_do(string lacking)
    {
        (Action<CheckpointNodeStatus> set, string checkpoint, string restore, string says) = Nodes[lacking];
        var status = new CheckpointNodeStatus
        {
            Kernel = "6.12.41-amd64",
            Selinux = "disabled",
            Criu = new NodeCriu { Version = "4.2.1", Ok = true },
            Runtimes = [new NodeRuntime { Name = "runc", Checkpoint = true, PodRestore = true }],
            RestoreRuntime = new NodeRestoreRuntime { Installed = true, Handler = "checkpoint-restore" },
            Storage = new NodeStorage { ArchivesWritable = true },
        };
        set(status);
        Dictionary<string, V1Condition> conditions = NodeConditions.Of(status, null, DateTimeOffset.UnixEpoch).ToDictionary(condition => condition.Type);
        Assert.Equal((checkpoint, restore), (conditions[NodeConditions.CanCheckpoint].Reason, conditions[NodeConditions.CanRestore].Reason));
        Assert.All(conditions.Values, condition => Assert.Equal(condition.Reason == "Capable" ? "True" : "False", condition.Status));
        Assert.Contains(conditions.Values, condition => condition.Message.Contains(says, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Every_reason_stands_in_the_documentation()
    {
        string text = await File.ReadAllTextAsync(Path.Combine(RepositoryFolder.Path, "docs/operations.md"), TestContext.Current.CancellationToken);
        int start = text.IndexOf("| CheckpointNode |", StringComparison.Ordinal);
        string[] told = [.. Reason().Matches(text[start..text.IndexOf("\n\n", start, StringComparison.Ordinal)]).Select(match => match.Value).Order(StringComparer.Ordinal)];
        IEnumerable<string> given = Nodes.Values.SelectMany(node => new[] { node.Checkpoint, node.Restore }).Distinct().Where(reason => reason != "Capable");
        Assert.Equal(given.Order(StringComparer.Ordinal), told);
    }

    [Theory]
    [InlineData("6.18.44-fc", "4.1.1", false)]
    [InlineData("6.18.44-fc", "4.2", true)]
    [InlineData("6.15.0", "4.1", true)]
    [InlineData("5.15.0-1", "3.16.1", true)]
    [InlineData("5.15.0-1", "3.15", false)]
    [InlineData("strange", "3.17", true)]
    [InlineData("6.18", null, false)]
    [InlineData("6.18", "GitID", false)]
    public void Each_kernel_needs_its_CRIU(string kernel, string? criu, bool met) => Assert.Equal(met, CriuRequirement.IsMetBy(criu, kernel));

    [GeneratedRegex("(?<=`)[A-Z][A-Za-z]+(?=`)")]
    private static partial Regex Reason();
}
