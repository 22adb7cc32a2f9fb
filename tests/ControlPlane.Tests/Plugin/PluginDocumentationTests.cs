using System.Text;
using System.Text.RegularExpressions;

namespace CheckpointOperator.ControlPlane.Tests.Plugin;

/// <summary>docs/plugin.md has the help of each command as the program prints it. CHECKPOINT_OPERATOR_WRITE=1 writes it there.</summary>
public sealed partial class PluginDocumentationTests(TestControlPlane controlPlane)
{
    private static readonly string[] Commands = ["create", "restore", "ls", "describe", "nodes", "wait", "pull", "rm", "completion"];

    private static string File { get; } = Path.Combine(RepositoryFolder.Path, "docs", "plugin.md");

    [Fact]
    public async Task The_documentation_has_each_commands_help()
    {
        string document = await System.IO.File.ReadAllTextAsync(File, TestContext.Current.CancellationToken);
        StringBuilder expected = new("<!-- help: written by CHECKPOINT_OPERATOR_WRITE=1 from the program -->\n");
        foreach (string command in Commands)
            expected.Append($"\n### {command}\n\n```text\n{(await controlPlane.Plugin.RunAsync(command, "--help")).Trim()}\n```\n");
        expected.Append("\n<!-- end of help -->");
        string rewritten = Help().Replace(document, expected.Replace("$", "$$").ToString());
        if (Environment.GetEnvironmentVariable("CHECKPOINT_OPERATOR_WRITE") == "1")
            await System.IO.File.WriteAllTextAsync(File, rewritten, TestContext.Current.CancellationToken);
        else
            Assert.Equal(rewritten, document);
    }

    [Fact]
    public async Task Each_command_of_the_program_stands_there()
    {
        string help = await controlPlane.Plugin.RunAsync("--help");
        string[] listed = [.. help[help.IndexOf("Commands:", StringComparison.Ordinal)..].Split('\n').Skip(1).TakeWhile(line => line.StartsWith("  ", StringComparison.Ordinal)).Select(line => line.Trim().Split(' ')[0])];
        Assert.Equal(Commands.Order(), listed.Order());
    }

    [GeneratedRegex(@"<!-- help: .*<!-- end of help -->", RegexOptions.Singleline)]
    private static partial Regex Help();
}
