using System.Text.RegularExpressions;
using YamlDotNet.RepresentationModel;

namespace CheckpointOperator.Delivery.Tests;

/// <summary>The workflows of GitHub Actions, which do not run here: that they can do no more than they need, and that what they call is there. <c>make lint-workflows</c> asks actionlint.</summary>
public sealed partial class WorkflowTests
{
    public static TheoryData<string> Workflows => ["ci.yaml", "release.yaml"];

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Every_action_is_a_commit_whose_version_is_told(string workflow)
    {
        string[] uses = [.. File.ReadLines(Path(workflow)).Where(line => line.Contains("uses:", StringComparison.Ordinal))];
        Assert.NotEmpty(uses);
        Assert.All(uses, line => Assert.Matches(PinnedAction(), line));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void It_may_read_the_repository_and_only_the_job_that_publishes_more(string workflow)
    {
        YamlMappingNode root = Read(workflow);
        Assert.Equal("{ { contents, read } }", root["permissions"].ToString());
        string[] jobs = [.. Jobs(root).Where(job => job.Value.Children.ContainsKey("permissions")).Select(job => job.Key)];
        Assert.Equal(workflow == "release.yaml" ? ["publish"] : [], jobs);
        Assert.DoesNotContain("pull_request_target", root["on"].ToString(), StringComparison.Ordinal);
        Assert.All(Jobs(root), job => Assert.True(job.Value.Children.ContainsKey("timeout-minutes"), $"{job.Key} may run for ever"));
    }

    [Theory]
    [MemberData(nameof(Workflows))]
    public void No_script_has_an_expression_in_it(string workflow) =>
        // What an expression holds would be read as the script's own words: it comes by a variable.
        Assert.All(Scripts(workflow), script => Assert.DoesNotContain("${{", script, StringComparison.Ordinal));

    [Theory]
    [MemberData(nameof(Workflows))]
    public void What_its_scripts_call_of_this_repository_is_there(string workflow)
    {
        string makefile = File.ReadAllText(System.IO.Path.Combine(RepositoryFolder.Path, "Makefile"));
        int calls = 0;
        foreach (string script in Scripts(workflow))
        {
            foreach (Match call in Program().Matches(script))
            {
                Assert.True(File.Exists(System.IO.Path.Combine(RepositoryFolder.Path, call.Value)), $"{workflow} calls {call.Value}, which is not there");
                calls++;
            }
            foreach (string target in Make().Matches(script).SelectMany(call => call.Groups[1].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries)))
            {
                Assert.Matches($"(?m)^{Regex.Escape(target)}:", makefile);
                calls++;
            }
        }
        Assert.NotEqual(0, calls);
    }

    [Fact]
    public void A_change_is_tested_by_the_script_that_tests_it_everywhere() => Assert.Contains(".ci/run", Scripts("ci.yaml"));

    private static string Path(string workflow) => System.IO.Path.Combine(RepositoryFolder.Path, ".github", "workflows", workflow);

    private static YamlMappingNode Read(string workflow)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(File.ReadAllText(Path(workflow))));
        return (YamlMappingNode)stream.Documents[0].RootNode;
    }

    private static Dictionary<string, YamlMappingNode> Jobs(YamlMappingNode root) =>
        ((YamlMappingNode)root["jobs"]).Children.ToDictionary(pair => pair.Key.ToString(), pair => (YamlMappingNode)pair.Value);

    private static string[] Scripts(string workflow) => [.. Jobs(Read(workflow)).Values
        .SelectMany(job => ((YamlSequenceNode)job["steps"]).Children.Cast<YamlMappingNode>())
        .Where(step => step.Children.ContainsKey("run")).Select(step => step["run"].ToString().Trim())];

    [GeneratedRegex(@"uses: [\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")]
    private static partial Regex PinnedAction();

    [GeneratedRegex(@"(?<![\w./])(eng|\.ci)/[\w-]+")]
    private static partial Regex Program();

    [GeneratedRegex(@"\bmake ((?:[a-z-]+ ?)+)(?=$|\n| |architecture=)")]
    private static partial Regex Make();
}
