namespace CheckpointOperator.Fuzz;

/// <summary>The short form of a run: a target's corpus and a fixed number of changed inputs, without instrumentation.</summary>
internal static class Check
{
    /// <summary>Runs a target; a finding names the input that shows it, which is kept in a file when it is a changed one.</summary>
    /// <returns>Number of inputs.</returns>
    internal static int Run(FuzzTarget target, int mutations, int seed = 1)
    {
        var corpus = Corpus.Of(target);
        if (corpus.Count == 0)
            throw new FindingException($"the target {target.Name} has no corpus");
        foreach (var (name, content) in corpus)
            Execute(target, content, () => name);

        var mutator = new Mutator(seed, Corpus.Words(target));
        for (var i = 0; i < mutations; i++)
        {
            var input = mutator.Mutate(corpus[i % corpus.Count].Content, corpus[(i * 7) % corpus.Count].Content);
            Execute(target, input, () => Keep(target, input));
        }

        return corpus.Count + mutations;
    }

    private static void Execute(FuzzTarget target, byte[] input, Func<string> describe)
    {
        try
        {
            target.Execute(input);
        }
        catch (Exception e)
        {
            throw new FindingException($"target {target.Name}, input {describe()}: {e.Message}", e);
        }
    }

    private static string Keep(FuzzTarget target, byte[] input)
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory($"fuzz-{target.Name}-").FullName, "input");
        File.WriteAllBytes(file, input);
        return file;
    }
}
