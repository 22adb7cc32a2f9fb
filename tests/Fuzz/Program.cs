using CheckpointOperator.Fuzz;
using CheckpointOperator.Fuzz.Seeds;
using SharpFuzz;

return args switch
{
    ["targets"] => ListTargets(),
    ["run", var target] => RunUnderAfl(FuzzTargets.Find(target)),
    ["replay", var target, .. var files] => Replay(FuzzTargets.Find(target), files),
    ["check"] => CheckAll(),
    ["seeds", var folder] => SeedWriter.WriteAll(folder),
    _ => Usage(),
};

static int Usage()
{
    Console.Error.WriteLine("""
        usage: targets               the targets with their dictionaries and corpora
               run TARGET            as afl-fuzz calls it
               replay TARGET FILE…   runs inputs and shows what comes out
               check                 the corpus and changed inputs, all targets
               seeds FOLDER          writes the corpus anew
        """);
    return 2;
}

static int ListTargets()
{
    foreach (var target in FuzzTargets.All)
        Console.WriteLine($"{target.Name} {target.Dictionary} {string.Join(' ', target.Corpora)}");
    return 0;
}

static int RunUnderAfl(FuzzTarget target)
{
    // In a process of its own, so that a stack overflow or an endless loop ends the input, not the run.
    Fuzzer.OutOfProcess.Run(stream =>
    {
        using var input = new MemoryStream();
        stream.CopyTo(input);
        target.Execute(input.ToArray());
    });
    return 0;
}

static int Replay(FuzzTarget target, string[] files)
{
    var findings = 0;
    foreach (var file in files)
    {
        try
        {
            target.Execute(File.ReadAllBytes(file));
            Console.WriteLine($"{file}: nothing found");
        }
        catch (Exception e)
        {
            findings++;
            Console.WriteLine($"{file}: {e}");
        }
    }

    return findings == 0 ? 0 : 1;
}

static int CheckAll()
{
    var findings = 0;
    foreach (var target in FuzzTargets.All)
    {
        try
        {
            Console.WriteLine($"{target.Name}: {Check.Run(target, mutations: 2000)} inputs");
        }
        catch (FindingException e)
        {
            findings++;
            Console.WriteLine($"{target.Name}: {e}");
        }
    }

    return findings == 0 ? 0 : 1;
}
