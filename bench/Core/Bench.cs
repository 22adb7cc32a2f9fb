using CheckpointOperator.Core.Benchmark.Measuring;
using CheckpointOperator.Core.Benchmark.Places;
using CheckpointOperator.Core.Benchmark.Reports;

namespace CheckpointOperator.Core.Benchmark;

/// <summary>Runs works at a place, the ways of each in turns.</summary>
internal sealed class Bench(Settings settings, Place place)
{
    private readonly Programs _programs = new(settings.Launcher);
    private readonly HashSet<string> _made = [];
    private int _runs;

    /// <summary>Runs one work.</summary>
    /// <exception cref="WrongResultException">A run failed or did something else than it should.</exception>
    internal WorkReport Run(Work work)
    {
        var inputs = Path.Combine(place.Folder, "inputs", work.InputsName);
        if (_made.Add(inputs))
            work.MakeInputs(Directory.CreateDirectory(inputs).FullName);
        place.Flush();
        if (!settings.Cold)
            PageCache.Warm(inputs);
        var ways = work.Ways(inputs);
        var measured = ways.Select(static _ => new List<Measurement>()).ToArray();
        var calls = new double?[ways.Count];
        var rounds = settings.Smoke ? 1 : work.Rounds ?? settings.Rounds * work.Repeats;
        for (var round = 0; round < rounds; round++)
        {
            // Each round begins with another one: what a first run warms or disturbs falls on each in turn.
            for (var i = 0; i < ways.Count; i++)
            {
                var way = (round + i) % ways.Count;
                measured[way].Add(Measure(work, ways[way], inputs, check: round == 0));
            }
        }

        // In runs of their own: being watched takes time.
        for (var way = 0; settings.CountsCalls && way < ways.Count; way++)
            calls[way] = (double)CountCalls(work, ways[way], inputs) / work.Entries;
        return new WorkReport(place.Name, work, ways, measured, calls);
    }

    /// <summary>Removes the inputs of works that are over.</summary>
    internal void RemoveInputs(Work work)
    {
        var inputs = Path.Combine(place.Folder, "inputs", work.InputsName);
        if (!work.HasManyFiles && _made.Remove(inputs))
            Remove(inputs);
    }

    private Measurement Measure(Work work, Way way, string inputs, bool check) => InFolder(work, way, inputs, folder =>
    {
        var measurement = _programs.Run(way.Command(folder), folder, work.NewMemory);
        if (check)
            Check(work, way, folder);
        return measurement;
    });

    private long CountCalls(Work work, Way way, string inputs) => InFolder(work, way, inputs, folder => _programs.CountSystemCalls(way.Command(folder), folder));

    private T InFolder<T>(Work work, Way way, string inputs, Func<RunFolder, T> act)
    {
        var run = Path.Combine(place.Folder, "runs", $"{++_runs}");
        var folder = new RunFolder(inputs, Directory.CreateDirectory(Path.Combine(run, "output")).FullName, Directory.CreateDirectory(Path.Combine(run, "log")).FullName);
        way.Prepare?.Invoke(folder);
        place.Flush();
        if (settings.Cold)
            PageCache.Drop();
        var result = act(folder);
        // A disk's file system goes on looking at freed inodes for minutes: there many files are removed at the very end.
        if (place.IsMemory || !work.HasManyFiles)
            Remove(run);
        return result;
    }

    private static void Check(Work work, Way way, RunFolder folder)
    {
        try
        {
            way.Check?.Invoke(folder);
        }
        catch (WrongResultException wrong)
        {
            throw new WrongResultException($"{work.Name}, {way.Name}: {wrong.Message}");
        }
    }

    private static void Remove(string folder) => Programs.Execute("rm", "--recursive", "--force", folder);
}
