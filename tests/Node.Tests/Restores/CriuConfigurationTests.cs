using System.Net;

using CheckpointOperator.NodeAgent.Restores;

namespace CheckpointOperator.Node.Tests.Restores;

public sealed class CriuConfigurationTests
{
    [Theory]
    [InlineData("10.1.0.5", "10.1.0.5", "tcp-established")]
    [InlineData("10.1.0.5", "10.1.0.6", "tcp-close")]
    [InlineData("10.1.0.5 fd00::5", "10.1.0.5", "tcp-close")]
    [InlineData("", "10.1.0.5", "tcp-close")]
    [InlineData("10.1.0.5", "", "tcp-close")]
    public void Connections_go_on_only_where_every_address_is_the_same(string recorded, string now, string option) =>
        Assert.StartsWith($"{option}\n", CriuConfiguration.Write(Split(recorded), [.. Split(now).Select(IPAddress.Parse)]));

    [Fact]
    public void The_sandbox_addresses_are_read_from_the_kernels_tables()
    {
        const string trie = """
            Main:
              +-- 0.0.0.0/0 3 0 5
                 |-- 10.244.0.0
                    /24 link UNICAST
                 |-- 10.244.0.7
                    /32 host LOCAL
                 |-- 10.244.0.255
                    /32 link BROADCAST
            """;
        Assert.Equal([IPAddress.Parse("10.244.0.7")], SandboxAddresses.ParseFibTrie(trie));
        Assert.Equal([IPAddress.Parse("fe80::1")], SandboxAddresses.ParseInet6("fe800000000000000000000000000001 02 40 20 80     eth0\n"));
    }

    private static string[] Split(string addresses) => addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
