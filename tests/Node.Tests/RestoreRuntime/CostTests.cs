using System.Globalization;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>
/// What the wrapper costs, within bounds that are far from what it does (`make bench-runtime` measures that): what breaks them is another kind of program,
/// not a busy machine.
/// </summary>
public sealed class CostTests(NodeFixture node)
{
    private const int Runs = 50;

    // Mebibytes and milliseconds; measured 2.4 and about 2.
    private const long LargestProgram = 6 * 1024 * 1024;
    private const double LongestProcessorTime = 20;

    [Fact]
    public async Task It_is_small_and_needs_no_library_of_the_node()
    {
        var wrapper = new Wrapper(node, "/usr/bin/true");
        Assert.InRange(new FileInfo(node.PathOf(wrapper.Program)).Length, 1, LargestProgram);
        // It starts where there is nothing else at all: a node's C library may be older than the one that it was built with, or another one.
        await node.RunAsync($$"""
            mkdir -p {{wrapper.Folder}}/bare/proc
            mount --bind /proc {{wrapper.Folder}}/bare/proc
            cp {{wrapper.Program}} {{wrapper.Folder}}/bare/
            cp /usr/bin/busybox {{wrapper.Folder}}/bare/echo
            echo '{"runtime":"/echo"}' > {{wrapper.Folder}}/bare/checkpoint-restore-runtime.json
            """);
        Assert.Equal("as it is\n", await node.RunAsync($"chroot {wrapper.Folder}/bare /checkpoint-restore-runtime as it is; umount {wrapper.Folder}/bare/proc"));
    }

    [Theory]
    [InlineData("""{"action":"create"}""")]
    [InlineData("""{"action":"restore","imagePath":"FOLDER/images","workPath":"FOLDER/work"}""")]
    public async Task Nothing_of_it_stays_beside_a_container(string answer)
    {
        await using Container source = await Container.PrepareAsync(node, "runc");
        await source.StartAsync();
        (string folder, _) = await source.CheckpointAsync();
        var wrapper = new Wrapper(node, "/usr/sbin/runc");
        await using AgentStandIn agent = wrapper.Agent(
            request => [(string?)request["operation"] == "create" ? answer.Replace("FOLDER", folder, StringComparison.Ordinal) : """{"action":"ok"}"""]);
        await using Container container = await Container.PrepareAsync(node, "runc");
        Assert.Equal((0, 0), await container.StartAsync(wrapper.Program));
        await container.NextAsync();
        Assert.Equal("", await node.RunAsync($"for exe in /proc/[0-9]*/exe; do [ \"$(readlink $exe)\" != {wrapper.Program} ] || echo $exe; done"));
    }

    [Fact]
    public async Task A_command_takes_little_processor_time_of_its_own()
    {
        var wrapper = new Wrapper(node, "/usr/bin/true");
        double own = await ProcessorTimeAsync(wrapper.Program) - await ProcessorTimeAsync("/usr/bin/true");
        Assert.InRange(own, double.NegativeInfinity, LongestProcessorTime);
    }

    // Milliseconds of a run: not how long it takes, which tells how busy the machine is.
    private async Task<double> ProcessorTimeAsync(string program)
    {
        string times = await node.RunAsync($"bash -c 'TIMEFORMAT=\"%U %S\"; time for ((i = 0; i < {Runs}; i++)); do {program} state x; done' 2>&1");
        return times.Split(' ', StringSplitOptions.TrimEntries).Sum(time => double.Parse(time, CultureInfo.InvariantCulture)) * 1000 / Runs;
    }
}
