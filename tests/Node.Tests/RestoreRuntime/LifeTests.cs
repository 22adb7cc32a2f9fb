using System.Text.RegularExpressions;
using CheckpointOperator.Node.Tests.Node;

namespace CheckpointOperator.Node.Tests.RestoreRuntime;

/// <summary>A whole life of a container by each command that engines use, once by the runtime alone and once behind the wrapper: the same to the byte.</summary>
public sealed partial class LifeTests(NodeFixture node)
{
    private const string Process = """{"terminal":false,"cwd":"/","args":["/bin/sh","-c","cat; echo out; echo err >&2; exit 5"],"env":["PATH=/bin"],"user":{"uid":0,"gid":0}}""";

    [Theory]
    [InlineData("runc")]
    [InlineData("crun")]
    public async Task Every_command_answers_as_the_runtime_does(string runtime)
    {
        string path = (await node.RunAsync($"command -v {runtime}")).Trim();
        var wrapper = new Wrapper(node, path);
        await using Container container = await Container.PrepareAsync(node, runtime, config => config.Remove("annotations"));
        await File.WriteAllTextAsync(node.PathOf($"{container.Bundle}/process.json"), Process);
        await node.RunAsync($"ln -s busybox {container.Bundle}/rootfs/bin/cat");
        string[] alone = await LifeAsync(path, container);
        Assert.Contains(alone, line => line.Contains("\"status\": \"running\"", StringComparison.Ordinal));
        Assert.Equal(alone, await LifeAsync(wrapper.Program, container));
    }

    // What each command ends with and says; what differs from one life to the next is left out.
    private async Task<string[]> LifeAsync(string program, Container container)
    {
        string globals = $"--root {container.Bundle}/state";
        string[] commands =
        [
            "features", $"create --bundle {container.Bundle} --pid-file {container.Bundle}/pid {container.Id} > /dev/null 2>&1 < /dev/null", $"state {container.Id}",
            $"start {container.Id}", $"state {container.Id}", "list --format json",
            $"exec --process {container.Bundle}/process.json {container.Id}", $"exec --cwd /bin --env A=b {container.Id} /bin/sh -c 'pwd; echo $A; exit 3'",
            $"exec --detach --pid-file {container.Bundle}/exec-pid --process {container.Bundle}/process.json {container.Id} > /dev/null 2>&1 < /dev/null", $"exec {container.Id} /no-such-program",
            $"ps --format json {container.Id}", $"update --pids-limit 100 {container.Id}", $"pause {container.Id}", $"state {container.Id}", $"resume {container.Id}",
            $"start {container.Id}", $"kill {container.Id} NOSUCH", $"delete {container.Id}", $"--systemd-cgroup create --bundle {container.Bundle} other < /dev/null",
            $"kill --all {container.Id} KILL", $"delete --force {container.Id}", $"delete --force {container.Id}", $"state {container.Id}",
        ];
        var life = new List<string>();
        foreach (string command in commands)
        {
            // Not by a pipe: a command that ends without reading makes its writer complain, or not.
            CommandResult result = await node.TryAsync($"{{ {program} {globals} {command}; }} << end\ninput\nend");
            life.Add($"{command}\n{result.ExitCode}\n{Varying().Replace(result.Output, "*")}\n{Varying().Replace(result.Error, "*")}");
        }
        return [.. life];
    }

    // Process ids and times.
    [GeneratedRegex("\"(pid|init_process_pid)\": ?[0-9]+|[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+Z|\\[[0-9, \n]+\\]")]
    private static partial Regex Varying();
}
