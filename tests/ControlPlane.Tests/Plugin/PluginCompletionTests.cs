using System.Text.Json.Nodes;

namespace CheckpointOperator.ControlPlane.Tests.Plugin;

/// <summary>What the shells themselves make of a word that is half written.</summary>
public sealed class PluginCompletionTests(TestControlPlane controlPlane)
{
    private static readonly string[] Commands = ["completion", "create", "describe", "ls", "nodes", "pull", "restore", "rm", "wait"];

    /// <summary>Shell and how it is asked: its own machinery completes the words, the last of which is unfinished, and prints what it found.</summary>
    public static TheoryData<string> Shells => ["bash", "zsh", "fish"];

    [Theory]
    [MemberData(nameof(Shells))]
    public async Task A_shell_completes_commands_options_values_and_names(string shell)
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        await space.CheckpointAsync("alpha", "web");
        await space.CheckpointAsync("beta", "web");

        Assert.Equal(Commands, await CompleteAsync(shell, ""));
        Assert.Equal(["describe"], await CompleteAsync(shell, "desc"));
        Assert.Equal(["--selector"], await CompleteAsync(shell, "ls", "--sel"));
        Assert.Equal(["json", "name", "wide", "yaml"], await CompleteAsync(shell, "ls", "-o", ""));
        Assert.Equal(["alpha", "beta"], await CompleteAsync(shell, "describe", "-n", space.Name, ""));
        Assert.Equal(["beta"], await CompleteAsync(shell, "restore", "-n", space.Name, "b"));
        Assert.Equal([space.Name], await CompleteAsync(shell, "ls", "-n", space.Name[..^1]));
    }

    [Fact]
    public async Task Bash_completes_behind_an_equals_sign_which_parts_words_there() =>
        Assert.Equal(["json"], await RunAsync("bash", ["-c", $"{Source("bash")}; {Bash(["ls", "--output", "=", "js"])}"]));

    [Fact]
    public async Task Kubectl_gets_words_meanings_and_a_directive()
    {
        await using TestNamespace space = await TestNamespace.CreateAsync(controlPlane, withNode: false);
        await space.CheckpointAsync("alpha", "web");
        string script = Path.Combine(PluginProgram.Folder, "kubectl_complete-checkpoint");
        Assert.Equal(["alpha", ":4"], await RunAsync(script, ["pull", "-n", space.Name, ""], sort: false));
        Assert.Equal([":0"], await RunAsync(script, ["pull", "alpha", ""], sort: false));
        Assert.Contains(await RunAsync(script, ["l"]), line => line.StartsWith("ls\tLists", StringComparison.Ordinal));

        // kubectl asks the completions of plugins from 1.26 on.
        JsonNode version = JsonNode.Parse(await controlPlane.Kubectl.RunAsync("version", "--client", "-o", "json"))!["clientVersion"]!;
        if (int.Parse(((string)version["minor"]!).TrimEnd('+'), System.Globalization.CultureInfo.InvariantCulture) >= 26)
            Assert.Contains("alpha", await RunAsync("kubectl", ["__complete", "checkpoint", "pull", "-n", space.Name, ""], sort: false));
        else
            TestContext.Current.TestOutputHelper?.WriteLine($"kubectl {version["gitVersion"]} does not ask for the completions of plugins.");
    }

    [Fact]
    public async Task A_cluster_that_cannot_be_asked_completes_nothing_and_breaks_nothing() =>
        Assert.Equal([":4"], await RunAsync("kubectl-checkpoint", ["__complete", "describe", "--context", "nowhere", ""], sort: false));

    private async Task<string[]> CompleteAsync(string shell, params string[] words) => shell switch
    {
        "bash" => await RunAsync("bash", ["-c", $"{Source(shell)}; {Bash(words)}"]),
        // Outside of a line editor _describe has nowhere to show its words: it prints them instead.
        "zsh" => await RunAsync("zsh", ["-fc", $"{Source(shell)}; _describe() {{ for item in ${{(P)2}}; do print -r -- ${{item%%:*}}; done }}; words=(kubectl-checkpoint {Quoted(words)}); CURRENT=$#words; _kubectl-checkpoint"]),
        _ => [.. (await RunAsync("fish", ["--no-config", "-c", $"kubectl-checkpoint completion fish | source; complete -C \"kubectl-checkpoint {string.Join(' ', words)}\""])).Select(line => line.Split('\t')[0]).Order(StringComparer.Ordinal)],
    };

    private static string Source(string shell) => $"source <(kubectl-checkpoint completion {shell})";

    private static string Bash(string[] words) => $"COMP_WORDS=(kubectl-checkpoint {Quoted(words)}); COMP_CWORD={words.Length}; _kubectl_checkpoint; printf '%s\\n' \"${{COMPREPLY[@]}}\"";

    private static string Quoted(IEnumerable<string> words) => string.Join(' ', words.Select(word => $"'{word}'"));

    private async Task<string[]> RunAsync(string program, string[] arguments, bool sort = true)
    {
        (int exitCode, string output, string error) = await controlPlane.Plugin.StartAsync(program, arguments);
        Assert.True(exitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {exitCode}: {error}{output}");
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (sort)
            Array.Sort(lines, StringComparer.Ordinal);
        return lines;
    }
}
