using CheckpointOperator.Node.Tests.Node;
using CheckpointOperator.NodeAgent.Engines;

namespace CheckpointOperator.Node.Tests.Engines;

/// <summary>CRIU's own record of this machine's processor, by the node's real CRIU.</summary>
public sealed class CriuCpuTests(NodeFixture node) : IAsyncLifetime
{
    private const string Folder = "/run/processor";

    // criu/images/cpuinfo.proto: cpuinfo_entry.x86_entry = 1, cpuinfo_x86_entry.xsave_size = 9; in the file after two magic numbers and a length.
    private const int FirstMessage = 12;
    private const int X86Entry = 1;
    private const int XsaveSize = 9;

    private readonly CriuCpu _cpu = new(new NodeCommands(node));

    public async ValueTask InitializeAsync() => await node.RunAsync($"mkdir -p {Folder}");

    public async ValueTask DisposeAsync() => await node.RunAsync($"rm -rf {Folder}");

    [Fact]
    public async Task The_processor_that_was_recorded_will_do_and_one_that_saves_another_state_will_not()
    {
        await _cpu.RecordAsync(Folder, TestContext.Current.CancellationToken);
        Assert.Null(await _cpu.CompareAsync(Folder, TestContext.Current.CancellationToken));

        string file = node.PathOf($"{Folder}/{CriuCpu.FileName}");
        byte[] record = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        record[ValueOf(record, XsaveSize, ValueOf(record, X86Entry, FirstMessage))] ^= 0x40;
        await File.WriteAllBytesAsync(file, record, TestContext.Current.CancellationToken);
        Assert.Contains("xsave size mismatch", await _cpu.CompareAsync(Folder, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    // Where the value of a field of a protobuf message begins; the message runs to the record's end.
    private static int ValueOf(byte[] record, int field, int start)
    {
        for (int at = start; at < record.Length;)
        {
            ulong tag = Number(record, ref at);
            bool isFound = tag >> 3 == (ulong)field;
            if ((tag & 7) == 2)
            {
                int length = (int)Number(record, ref at);
                if (isFound)
                    return at;
                at += length;
            }
            else if (isFound)
            {
                return at;
            }
            else
            {
                Number(record, ref at);
            }
        }
        throw new InvalidOperationException($"CRIU's record has no field {field}");
    }

    private static ulong Number(byte[] record, ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = record[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }
    }
}
