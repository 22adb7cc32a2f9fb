using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests;

/// <summary>TCP connections with another Pod, restored at the address that they were made from. Alone, because any new Pod may be given that address.</summary>
[Collection(nameof(Disruption))]
public sealed class KeptAddressTests(ClusterFixture cluster) : AcceptanceTest(cluster)
{
    [Theory]
    [InlineData("Auto", "1 PING")]
    [InlineData("Close", "2 the connection has ended")]
    public async Task At_the_same_address_connections_go_on_unless_they_are_to_be_closed(string tcpConnections, string expected)
    {
        Assert.SkipUnless(await Cluster.Node.TryAsync("ls /var/lib/cni/networks/*/last_reserved_ip.0") is { ExitCode: 0 }, "the node's addresses are not those of CNI's host-local");
        string address = await Namespace.StartPeersAsync();
        Assert.Equal("1 PING", (string?)(await Namespace.AskKindsAsync("row"))["peer"]);

        // The source ends as one whose node was lost: its kernel cannot tell the peer any more.
        string link = (await Namespace.ExecAsync("row", "cat", "/sys/class/net/eth0/iflink")).Trim();
        await Cluster.Node.RunAsync($"ip link set \"$(ip -o link | awk -F '[:@] *' '$1 == {link} {{ print $2 }}')\" down");
        await Namespace.CheckpointAsync("row", "row");
        await Namespace.DeletePodAsync("row");
        // host-local gives the address after the last one that it gave.
        await Cluster.Node.RunAsync($"cd /var/lib/cni/networks/*/; echo -n {Before(address)} > last_reserved_ip.0");
        await Namespace.RestoreAsync("row", "row", $"tcpConnections: {tcpConnections}");
        Assert.Equal(address, (await Namespace.UntilPodReadyAsync("row")).Status("podIP"));

        Assert.Equal(expected, (string?)(await Namespace.AskKindsAsync("row"))["peer"]);
        JsonObject peer = await Namespace.AskKindsAsync("peer");
        Assert.Equal(tcpConnections == "Auto" ? 1 : 2, (int)peer["echo"]!["open"]!);
    }

    private static string Before(string address)
    {
        string[] parts = address.Split('.');
        return string.Join('.', [.. parts[..3], $"{int.Parse(parts[3], null) - 1}"]);
    }
}
