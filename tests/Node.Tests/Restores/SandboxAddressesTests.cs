using System.Net;

using CheckpointOperator.NodeAgent.Restores;

namespace CheckpointOperator.Node.Tests.Restores;

public sealed class SandboxAddressesTests
{
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
}
