using System.CommandLine;
using System.Text.Json;
using CheckpointOperator.Core.Runtimes;
using Command = System.CommandLine.Command;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>The commands <c>runtime …</c>.</summary>
internal static class RuntimeCommands
{
    private static readonly string[] KnownRuntimes = ["runc", "crun"];

    /// <summary>Makes them.</summary>
    public static Command Create() => new("runtime", "Asks OCI runtimes what they can do.") { CreateProbe() };

    private static OfflineCommand CreateProbe()
    {
        var path = new Argument<string?>("PATH") { Description = "The runtime's program; runc and crun from PATH if left out.", Arity = ArgumentArity.ZeroOrOne };
        var command = new OfflineCommand("probe", "Tells checkpoint support, Pod restore support and versions.") { path };
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
            var output = new ProbeOutput(reports, await probe.GetCriuVersionAsync(cancellationToken: cancellationToken));
            return new CommandOutput(() => Describe(output), () => JsonSerializer.Serialize(output, CommandLineJson.Default.ProbeOutput));
        });
        return command;
    }

    private static string Describe(ProbeOutput output)
    {
        var lines = output.Runtimes.Select(static report =>
            $"{report.Name} {report.Version ?? "of unknown version"} ({report.Path}): checkpoint {YesNo(report.Checkpoint)}, pod restore {YesNo(report.PodRestore)}");
        return string.Join('\n', lines.Append($"criu {output.Criu ?? "not found"}"));
    }

    private static string YesNo(bool value) => value ? "yes" : "no";
}
