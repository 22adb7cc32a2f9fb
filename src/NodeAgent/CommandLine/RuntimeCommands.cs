using System.CommandLine;
using System.Text.Json;
using CheckpointOperator.Core.Runtimes;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The commands <c>runtime …</c>.</summary>
internal static class RuntimeCommands
{
    private static readonly string[] KnownRuntimes = ["runc", "crun"];

    /// <summary>All of them.</summary>
    public static CommandGroup Group { get; } = new("runtime", "Asks OCI runtimes what they can do.", ("probe", CreateProbe));

    private static OfflineCommand CreateProbe()
    {
        var path = new Argument<string?>("PATH") { Description = "The runtime's program; runc and crun from PATH if left out.", Arity = ArgumentArity.ZeroOrOne };
        var command = new OfflineCommand("probe", "Tells checkpoint support, Pod restore support, versions and what CRIU lacks in the kernel.") { path };
        command.Does(async (arguments, cancellationToken) =>
        {
            var probe = new OciRuntimeProbe(new ProcessCommandRunner());
            var candidates = arguments.GetValue(path) is { } given ? [given] : KnownRuntimes;
            var reports = new List<OciRuntimeReport>();
            foreach (var candidate in candidates)
            {
                if (await probe.ProbeAsync(candidate, cancellationToken) is { } report)
                    reports.Add(report);
            }

            if (reports.Count == 0)
                throw new IOException($"no runtime could be started: {string.Join(", ", candidates)}; give the PATH of one");
            var output = new ProbeOutput(reports, await probe.ProbeCriuAsync(cancellationToken: cancellationToken));
            return new CommandOutput(() => Describe(output), () => JsonSerializer.Serialize(output, CommandLineJson.Default.ProbeOutput));
        });
        return command;
    }

    private static string Describe(ProbeOutput output) => string.Join('\n', output.Runtimes.Select(Describe).Append(Describe(output.Criu)));

    private static string Describe(OciRuntimeReport report) => report.Problem
        ?? $"{report.Name} {report.Version ?? "of unknown version"} ({report.Path}): checkpoint {YesNo(report.Checkpoint)}, pod restore {YesNo(report.PodRestore)}, "
        + $"OCI {report.Features?.OciVersionMax ?? "of unknown version"}";

    private static string Describe(CriuReport? criu) => criu is null
        ? "criu not found"
        : $"criu {criu.Version ?? "of unknown version"}: check {Describe(criu.Check)}, check --all {Describe(criu.CheckAll)}";

    private static string Describe(CriuCheck? check) => check switch
    {
        null => "without an answer",
        { Passed: true } => "passed",
        _ => $"failed ({string.Join("; ", check.Problems)})",
    };

    private static string YesNo(bool value) => value ? "yes" : "no";
}
