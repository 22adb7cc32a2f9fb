using System.Diagnostics;
using System.Text.RegularExpressions;

namespace CheckpointOperator.ControlPlane.Tests.Plugin;

/// <summary>How <c>kubectl checkpoint wait</c> and <c>rm</c> end.</summary>
public sealed partial class PluginWaitTests(TestControlPlane controlPlane)
{
    private const string First = "containercheckpoint.checkpoint-operator.io/first";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Waiting_ends_when_the_condition_comes_true()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.Kubelet.StartPodAsync("web");
        await space.CheckpointAsync("first", "web");
        Task<string> ready = controlPlane.Plugin.RunAsync("wait", "first", "-n", space.Name, "--timeout", "2m");
        Task<string> verified = controlPlane.Plugin.RunAsync("wait", "checkpoint/first", "-n", space.Name, "--for", "condition=ArchiveVerified", "--timeout", "2m");
        await space.Agent.CompleteAsync(await space.UntilCheckpointAsync("first", current => current.Status.Phase == CheckpointPhase.Running, "is Running"));

        Assert.Equal($"{First} is Ready\n", await ready);
        Assert.Equal($"{First} is ArchiveVerified\n", await verified);
    }

    [Fact]
    public async Task What_does_not_come_in_time_ends_with_4_and_says_how_it_stands()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        await space.CheckpointAsync("first", "web");
        await space.UntilCheckpointAsync("first", current => current.Status.Conditions.Find("Ready")?.Reason == "PodNotFound", "waits for its Pod");
        long start = Stopwatch.GetTimestamp();
        (int exitCode, string output, string error) = await controlPlane.Plugin.TryAsync("wait", "first", "-n", space.Name, "--timeout", "10s");

        Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(60));
        Assert.Equal((4, ""), (exitCode, output));
        Assert.StartsWith($"error: timed out after 10s waiting for {First} to be Ready; it is Pending (PodNotFound): ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_has_Failed_or_is_deleted_ends_it_at_once_with_3()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        V1Alpha1ContainerCheckpoint checkpoint = await space.CheckpointAsync("first", "web");
        Task<(int ExitCode, string Output, string Error)> waiting = controlPlane.Plugin.TryAsync("wait", "first", "-n", space.Name, "--timeout", "2m");
        await space.Checkpoints.PatchStatusAsync(
            checkpoint,
            current =>
            {
                current.Status.Phase = CheckpointPhase.Failed;
                current.Status.Conditions = Conditions.With(null, "Ready", Conditions.False, "CriuMissing", "there is no CRIU", 1, DateTimeOffset.UtcNow);
            },
            Cancelled);
        Assert.Equal((3, "", $"error: {First} has Failed (CriuMissing): there is no CRIU\n"), await waiting);
        Assert.Equal(3, (await controlPlane.Plugin.TryAsync("wait", "first", "-n", space.Name)).ExitCode);

        Task<string> gone = controlPlane.Plugin.RunAsync("wait", "first", "-n", space.Name, "--for", "delete", "--timeout", "2m");
        await space.Checkpoints.DeleteAsync(checkpoint, Cancelled);
        Assert.Equal($"{First} deleted\n", await gone);
    }

    [Fact]
    public async Task Removing_waits_until_the_archive_is_gone()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane);
        await using RunningOperator running = await RunningOperator.StartAsync(space);
        V1Alpha1ContainerCheckpoint checkpoint = await space.ReadyCheckpointAsync("first", "web");
        (int exitCode, _, string error) = await controlPlane.Plugin.TryAsync("rm", "first", "-n", space.Name, "--timeout", "1s");
        Assert.True(exitCode == 4, error);
        await space.Agent.RemoveArchiveAsync(checkpoint);
        await space.UntilAsync<V1Alpha1ContainerCheckpoint>("first", current => current is null, "is gone");

        await space.CheckpointAsync("second", "web");
        await space.RestoreAsync("copy", "second");
        Assert.Equal(
            "containerrestore.checkpoint-operator.io \"copy\" deleted\n", await controlPlane.Plugin.RunAsync("rm", "restore/copy", "-n", space.Name, "--timeout", "2m"));
        Assert.Null(await space.Restores.GetAsync(space.Key("copy"), Cancelled));
        // Nothing that was not named, and never all because a name was forgotten.
        Assert.Equal(2, (await controlPlane.Plugin.TryAsync("rm", "-n", space.Name)).ExitCode);
        Assert.Equal(1, (await controlPlane.Plugin.TryAsync("rm", "checkpoints", "-n", space.Name)).ExitCode);
        Assert.NotNull(await space.Checkpoints.GetAsync(space.Key("second"), Cancelled));
    }

    [Fact]
    public async Task On_a_terminal_a_bar_tells_how_far_it_is_and_elsewhere_nothing_is_written()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        V1Alpha1ContainerCheckpoint checkpoint = await space.CheckpointAsync("first", "web");
        await space.Checkpoints.PatchStatusAsync(
            checkpoint,
            current =>
            {
                current.Status.Phase = CheckpointPhase.Running;
                current.Status.Conditions = Conditions.With(null, "Checkpointed", Conditions.True, "Checkpointed", "done", 1, DateTimeOffset.UtcNow);
            },
            Cancelled);
        Task<(int ExitCode, string Output, string Error)> terminal = controlPlane.Plugin.StartAsync("script", ["-qec", $"kubectl-checkpoint wait first -n {space.Name} --timeout 10s", "/dev/null"]);
        (_, _, string error) = await controlPlane.Plugin.TryAsync("wait", "first", "-n", space.Name, "--timeout", "10s");
        Assert.Matches(Bar(), (await terminal).Output);
        Assert.DoesNotContain('\r', error);
    }

    // Two of four steps.
    [GeneratedRegex(@"\r\e\[K\[#{12}\.{12}\] \d+s checkpoint/first Running")]
    private static partial Regex Bar();
}
