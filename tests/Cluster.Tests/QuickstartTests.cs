using System.Globalization;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>The commands of docs/quickstart.md, copied and run.</summary>
public sealed class QuickstartTests(ClusterFixture cluster)
{
    private const string Document = "docs/quickstart.md";

    [Fact]
    public async Task A_reader_gets_from_a_Pod_to_a_restored_one_and_back_to_nothing()
    {
        ObjectReference space = new("namespaces", "quickstart");
        // What a run that was cut off left.
        await DeleteAsync(space);
        try
        {
            await FollowAsync(space);
        }
        finally
        {
            // Where a command failed, the tests of the same node should not find its Pods.
            await DeleteAsync(space);
        }
    }

    // Whatever is marked as runnable, and stands elsewhere, would be run by nobody.
    [Fact]
    public void Every_block_that_is_marked_as_runnable_is_run() => Assert.All(
        RunnableBlock.All, block => Assert.True(block.Document == Document || (block.Document, block.Heading) == InstallationTests.Removal, $"nobody runs the block below \"{block.Heading}\" of {block.Document}"));

    private static int Number(string said) => int.Parse(said.Trim().Split('\n')[^1], CultureInfo.InvariantCulture);

    private async Task DeleteAsync(ObjectReference space) => await cluster.Kubectl.RunAsync("delete", space.Kind, space.Name, "--ignore-not-found", "--timeout=240s");

    private async Task FollowAsync(ObjectReference space)
    {
        Assert.True(Number(await RunAsync("A process with something to lose")) >= 5);
        Assert.Contains("containercheckpoint.checkpoint-operator.io/counter condition met", await RunAsync("Checkpoint"), StringComparison.Ordinal);
        string archive = (string)(await cluster.Kubectl.GetAsync(new ObjectReference("containercheckpoints", "counter", space.Name)))!["status"]!["archive"]!["path"]!;
        // Started afresh, it would say 1.
        Assert.True(Number(await RunAsync("Restore")) > 5);
        Assert.Contains("python3 -u -c", await RunAsync("Look into the archive"), StringComparison.Ordinal);

        await RunAsync("Remove everything");
        Assert.Null(await cluster.Kubectl.GetAsync(space));
        Assert.Equal("", await cluster.Node.RunAsync($"ls '{archive}' 2> /dev/null || true"));
    }

    private async Task<string> RunAsync(string heading)
    {
        List<string> said = [];
        foreach (RunnableBlock block in RunnableBlock.Below(Document, heading))
            said.Add(await block.RunAsync(cluster.Kubectl));
        return string.Concat(said);
    }
}
