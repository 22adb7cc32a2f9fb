using System.CommandLine;
using System.Text.Json;
using CheckpointOperator.Core.Benchmark;
using CheckpointOperator.Core.Benchmark.Places;
using CheckpointOperator.Core.Benchmark.Reports;
using CheckpointOperator.Core.Benchmark.Works;

var agent = new Option<string>("--agent") { Description = "The published checkpoint-agent.", Required = true };
var launcher = new Option<string>("--launcher") { Description = "The program made of launch.c.", Required = true };
var places = new Option<string[]>("--place") { Description = "A folder, or xfs, btrfs or ext4 for a new file system in a file (as root); several are run one after the other.", DefaultValueFactory = _ => ["/dev/shm"], AllowMultipleArgumentsPerToken = true };
var images = new Option<string>("--images") { Description = "The folder for those files.", DefaultValueFactory = _ => "/var/tmp" };
var works = new Option<string[]>("--work") { Description = "Parts of the works' names, such as W1; all if left out.", DefaultValueFactory = _ => [], AllowMultipleArgumentsPerToken = true };
var scale = new Option<double>("--scale") { Description = "By how much the workloads are larger than usual.", DefaultValueFactory = _ => 1 };
var rounds = new Option<int>("--rounds") { Description = "How often each way is measured.", DefaultValueFactory = _ => 5 };
var cold = new Option<bool>("--cold") { Description = "Drop the page cache before each run (as root), instead of warming it once." };
var noCalls = new Option<bool>("--no-calls") { Description = "Do not count system calls, which takes as long as all the rest." };
var smoke = new Option<bool>("--smoke") { Description = "Run tiny workloads once each, to see that the results are right." };
var seed = new Option<int>("--seed") { Description = "The seed of what is made up.", DefaultValueFactory = _ => 6 };
var json = new Option<string?>("--json") { Description = "A file for the figures." };
var compare = new Option<string?>("--compare") { Description = "Such a file of an earlier run." };

var root = new RootCommand("Measures src/Core, by the published agent, beside GNU tar, bsdtar, rm, cp and others, in turns in one run.")
{
    agent, launcher, places, images, works, scale, rounds, cold, noCalls, smoke, seed, json, compare,
};
root.SetAction(arguments =>
{
    var settings = new Settings
    {
        Agent = Path.GetFullPath(arguments.GetRequiredValue(agent)),
        Launcher = Path.GetFullPath(arguments.GetRequiredValue(launcher)),
        Works = arguments.GetRequiredValue(works),
        Scale = arguments.GetValue(scale),
        Rounds = arguments.GetValue(rounds),
        Cold = arguments.GetValue(cold),
        CountsCalls = !arguments.GetValue(noCalls),
        Smoke = arguments.GetValue(smoke),
        Seed = arguments.GetValue(seed),
    };
    var earlier = arguments.GetValue(compare) is { } file ? JsonSerializer.Deserialize(File.ReadAllText(file), FigureJson.Default.IReadOnlyListFigure)! : [];
    var figures = new List<Figure>();
    try
    {
        foreach (var argument in arguments.GetRequiredValue(places))
        {
            using var place = Place.Open(argument, arguments.GetRequiredValue(images));
            figures.AddRange(RunAll(settings, place));
        }
    }
    catch (WrongResultException wrong)
    {
        Console.Error.WriteLine($"bench: {wrong.Message}");
        return 1;
    }

    if (arguments.GetValue(compare) is not null)
        Comparison.Print(earlier, figures, Console.Out);
    if (arguments.GetValue(json) is { } output)
        File.WriteAllText(output, JsonSerializer.Serialize(figures, FigureJson.Default.IReadOnlyListFigure));
    return 0;
});
return root.Parse(args).Invoke();

static List<Figure> RunAll(Settings settings, Place place)
{
    var bench = new Bench(settings, place);
    var figures = new List<Figure>();
    var wanted = AllWorks.Of(settings).Where(settings.Wants).ToList();
    for (var i = 0; i < wanted.Count; i++)
    {
        var report = bench.Run(wanted[i]);
        if (settings.Smoke)
            Console.WriteLine($"{wanted[i].Name}, {place.Name}: the results are right");
        else
            report.Print(Console.Out);
        figures.AddRange(report.Figures);
        if (!wanted.Skip(i + 1).Any(work => work.InputsName == wanted[i].InputsName))
            bench.RemoveInputs(wanted[i]);
    }

    return figures;
}
