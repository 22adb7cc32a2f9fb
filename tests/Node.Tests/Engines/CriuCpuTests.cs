using CheckpointOperator.Node.Tests.Node;
using CheckpointOperator.NodeAgent.Engines;
using CheckpointOperator.NodeAgent.Launch;
using CheckpointOperator.NodeAgent.Node;

namespace CheckpointOperator.Node.Tests.Engines;

/// <summary>CRIU's own record of this machine's processor, by the node's real CRIU.</summary>
public sealed class CriuCpuTests(NodeFixture node) : IAsyncLifetime
{
    private const string Folder = "/run/processor";

    // criu/images/cpuinfo.proto: cpuinfo_entry.x86_entry = 1, cpuinfo_x86_entry.xsave_size = 9; in the file after two magic numbers and a length.
    private const int FirstMessage = 12;
    private const int X86Entry = 1;
    private const int XsaveSize = 9;

    private readonly Counting _criu = new(new NodeCommands(node));
    private readonly NodeRoot _root = new(node.Root);
    private CriuCpu _cpu = null!;

    public async ValueTask InitializeAsync()
    {
        _cpu = new CriuCpu(_criu, _root);
        await node.RunAsync($"mkdir -p {Folder}/later");
    }

    public async ValueTask DisposeAsync()
    {
        _root.Dispose();
        await node.RunAsync($"rm -rf {Folder}");
    }

    [Fact]
    public async Task CRIU_records_a_processor_once_and_later_records_are_the_same()
    {
        await _cpu.RecordAsync(Folder, TestContext.Current.CancellationToken);
        await _cpu.RecordAsync($"{Folder}/later", TestContext.Current.CancellationToken);
        Assert.Equal(1, _criu.Runs);
        Assert.Equal(File.ReadAllBytes(node.PathOf($"{Folder}/{CriuCpu.FileName}")), File.ReadAllBytes(node.PathOf($"{Folder}/later/{CriuCpu.FileName}")));
        Assert.Null(await _cpu.CompareAsync($"{Folder}/later", TestContext.Current.CancellationToken));
    }

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

    private sealed class Counting(INodeProcesses node) : INodeProcesses
    {
        public int Runs { get; private set; }

        public Task<NodeCommandResult> RunAsync(NodeCommand command, CancellationToken cancellationToken)
        {
            Runs++;
            return node.RunAsync(command, cancellationToken);
        }

        public Task<int> AwaitLeftoversAsync(string argument, TimeSpan timeLimit, CancellationToken cancellationToken) => node.AwaitLeftoversAsync(argument, timeLimit, cancellationToken);
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
