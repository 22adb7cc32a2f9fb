using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Criu;
using CheckpointOperator.Kubernetes.Api;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.NodeAgent.Controllers;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Store;

using k8s.Models;

namespace CheckpointOperator.Node.Tests.Controllers;

public sealed class CheckpointStatusTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_running_checkpoint_that_fails_speaks_of_the_generation_it_was_assigned_for()
    {
        V1Alpha1ContainerCheckpoint checkpoint = Checkpoint(CheckpointPhase.Running);

        CheckpointStatus.SetFailed(checkpoint, "CriuMissing", "there is no CRIU", Now);

        Assert.Equal(CheckpointPhase.Failed, checkpoint.Status.Phase);
        Assert.Equal(1, checkpoint.Status.ObservedGeneration);
        V1Condition ready = checkpoint.Status.Conditions.Find("Ready")!;
        Assert.Equal("CriuMissing", ready.Reason);
        Assert.Equal(1, ready.ObservedGeneration);
    }

    [Fact]
    public void A_checkpoint_that_timed_out_meanwhile_stays_failed()
    {
        V1Alpha1ContainerCheckpoint checkpoint = Checkpoint(CheckpointPhase.Failed);

        CheckpointStatus.SetFailed(checkpoint, "CriuMissing", "there is no CRIU", Now);

        Assert.Null(checkpoint.Status.Conditions);
        Assert.Null(checkpoint.Status.CompletionTime);
    }

    [Fact]
    public void Which_engine_and_why_and_what_it_left_out_stand_in_the_status_of_a_ready_checkpoint()
    {
        V1Alpha1ContainerCheckpoint checkpoint = Checkpoint(CheckpointPhase.Running);
        CheckpointStatus.SetStarted(checkpoint, new EngineChoice(CheckpointEngine.Kubelet, "chosen because of this"), Now);
        CheckpointStatus.SetReady(checkpoint, null, Archive, new CheckpointOutcome("crun", "4.2", 7) { Volumes = ["data"], Missing = ["the rest"] }, Now);

        ContainerCheckpointStatus status = checkpoint.Status;
        Assert.Equal((CheckpointPhase.Ready, CheckpointEngine.Kubelet, "chosen because of this"), (status.Phase, status.Engine, status.EngineReason));
        Assert.Equal(["data"], status.Content!.Volumes!);
        Assert.Equal(["the rest"], status.Content.Missing!);
        Assert.Equal(("crun", ArchiveDialect.Containerd, Environment.SystemPageSize), (status.Container!.Runtime, status.Container.Dialect, status.Container.PageSize));
        Assert.NotEmpty(status.Container.Cpu!.Features!);
    }

    [Fact]
    public void Where_only_the_archive_is_left_containerds_name_of_its_shim_tells_the_runtime()
    {
        V1Alpha1ContainerCheckpoint checkpoint = Checkpoint(CheckpointPhase.Running);
        CheckpointStatus.SetReady(checkpoint, null, Archive, null, Now);
        Assert.Equal("runc", checkpoint.Status.Container!.Runtime);
    }

    [Fact]
    public void The_processes_stand_in_the_status_by_name_and_of_many_the_first_hundred()
    {
        V1Alpha1ContainerCheckpoint checkpoint = Checkpoint(CheckpointPhase.Running);
        CheckpointStatus.SetReady(checkpoint, null, Archive with { Processes = [.. Enumerable.Range(1, 101).Select(Process)] }, null, Now);

        IList<ArchivedProcess> tree = checkpoint.Status.Content!.ProcessTree!;
        Assert.Equal(100, tree.Count);
        Assert.Equal((100L, 99L, "worker-100"), (tree[99].Pid, tree[99].ParentPid, tree[99].Name));

        static CheckpointProcess Process(int pid) => new()
        {
            Pid = (uint)pid,
            ParentPid = (uint)pid - 1,
            ProcessGroup = 1,
            Session = 1,
            Name = $"worker-{pid}",
            State = ProcessState.Alive,
            Threads = [(uint)pid],
            CommandLine = ["worker", "--password=secret"],
        };
    }

    private static StoredArchive Archive { get; } = new(
        "/archive.tar", 1, "sha256:0", new ArchiveSummary { Engine = ArchiveEngine.Containerd, Compression = ArchiveCompression.None, Runtime = "io.containerd.runc.v2" });

    private static V1Alpha1ContainerCheckpoint Checkpoint(CheckpointPhase phase) => new()
    {
        Metadata = new V1ObjectMeta { Name = "counter", NamespaceProperty = "default", Generation = 2 },
        Status = new ContainerCheckpointStatus { Phase = phase, ObservedGeneration = 1 },
    };
}
