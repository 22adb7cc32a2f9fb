using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>TCP connections that were open with another Pod.</summary>
public sealed class ConnectionTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    [Fact]
    public async Task At_another_address_connections_are_closed_and_servers_have_the_new_address()
    {
        (string own, JsonObject before) = await ConnectAsync();
        await Namespace.CheckpointAsync("row", "row");
        // Beside its source, so that the address is another one.
        await Namespace.RestoreAsync("copy", "row");
        string other = (await Namespace.UntilPodReadyAsync("copy")).Status("podIP")!;
        Assert.NotEqual(own, other);

        JsonObject after = await Namespace.AskKindsAsync("copy");
        Assert.Equal((string?)before["identity"], (string?)after["identity"]);
        Assert.Equal("2 the connection has ended", (string?)after["peer"]);
        Assert.Equal("2 PING", (string?)(await Namespace.AskKindsAsync("copy"))["peer"]);
        Assert.Equal((own, other), ((string?)before["bound"], (string?)after["bound"]));

        // The source keeps its own: nothing of the copy reached the peer in its name.
        Assert.Equal("1 PING", (string?)(await Namespace.AskKindsAsync("row"))["peer"]);
        JsonObject peer = await Namespace.AskKindsAsync("peer");
        Assert.Equal((2, 0), ((int)peer["echo"]!["open"]!, peer["echo"]!["ended"]!.AsArray().Count));
        // The peer of a source that ends is told so by the source's kernel.
        await Namespace.DeletePodAsync("row");
        await Namespace.UntilKindsAsync("peer", answer => answer["echo"]!["ended"]!.AsArray() is [{ } end] && (string?)end == "closed");
    }

    private async Task<(string Address, JsonObject Answer)> ConnectAsync()
    {
        string address = await Namespace.StartPeersAsync("bound");
        JsonObject answer = await Namespace.AskKindsAsync("row");
        Assert.Equal("1 PING", (string?)answer["peer"]);
        return (address, answer);
    }
}
