using CheckpointOperator.Fuzz;

namespace CheckpointOperator.Core.Tests.Fuzzing;

/// <summary>The short form of fuzzing (docs/fuzzing.md): what was found before stays mended, and what lies near it is tried.</summary>
public sealed class FuzzTargetTests
{
    public static TheoryData<string> Targets => [.. FuzzTargets.All.Select(target => target.Name)];

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task Nothing_in_the_corpus_or_near_it_breaks_a_rule(string name)
    {
        var target = FuzzTargets.Find(name);
        // An endless loop fails this test instead of standing still.
        var inputs = await Task.Run(() => Check.Run(target, mutations: 3000)).WaitAsync(TimeSpan.FromMinutes(5));
        Assert.True(inputs > 3000);
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void Something_in_the_corpus_is_accepted(string name)
    {
        // A target that refuses everything would never be found out otherwise.
        var target = FuzzTargets.Find(name);
        Assert.Contains(CheckpointOperator.Fuzz.Corpus.Of(target), input => Accepts(target, input.Content));
    }

    [Fact]
    public void A_target_that_throws_what_is_not_documented_is_a_finding()
    {
        var target = FuzzTargets.Find("gzip") with { Run = _ => throw new InvalidOperationException("of the test") };
        var finding = Assert.Throws<FindingException>(() => Check.Run(target, mutations: 0));
        Assert.IsType<InvalidOperationException>(finding.InnerException);
    }

    [Fact]
    public void A_change_outside_of_the_sandbox_is_a_finding()
    {
        var target = FuzzTargets.Find("volume") with
        {
            Run = _ =>
            {
                using var sandbox = new Fuzz.Targets.Sandbox();
                File.WriteAllText(Path.Combine(sandbox.Root.DisplayPath, "../../canary/secret"), "changed");
            },
        };
        var finding = Assert.Throws<FindingException>(() => target.Execute([]));
        Assert.Contains("outside of the root", finding.Message, StringComparison.Ordinal);
    }

    private static bool Accepts(FuzzTarget target, byte[] input)
    {
        try
        {
            target.Run(input);
            return true;
        }
        catch (Exception e) when (target.Refusals.Any(refusal => refusal.IsInstanceOfType(e)))
        {
            return false;
        }
    }
}
