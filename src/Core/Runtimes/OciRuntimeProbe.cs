using System.Text.RegularExpressions;

namespace CheckpointOperator.Core.Runtimes;

/// <summary>
/// Asks OCI runtimes and CRIU what they can do, by their command lines. Each question is asked once of a program's file and again after ten minutes or
/// when the file has changed; who asks meanwhile shares the answer. A program that hangs is killed at <see cref="Command.Timeout"/> and asked anew next time.
/// </summary>
/// <param name="runner">How programs are started.</param>
/// <param name="time">The clock for the answers' age; the system's when null.</param>
public sealed partial class OciRuntimeProbe(ICommandRunner runner, TimeProvider? time = null)
{
    private readonly CommandCache _commands = new(runner, time ?? TimeProvider.System);

    /// <summary>Whether the runtime can checkpoint and restore containers: <c>checkpoint --help</c> succeeds.</summary>
    public async Task<bool> SupportsCheckpointAsync(string path, CancellationToken cancellationToken = default) =>
        await AskAsync(path, cancellationToken, "checkpoint", "--help") is { Succeeded: true };

    /// <summary>
    /// Whether the runtime can restore a container into a Pod. One that knows <c>--lsm-mount-context</c> complains that its value is missing:
    /// runc by "flag needs an argument", crun by "requires an argument".
    /// </summary>
    public async Task<bool> SupportsPodRestoreAsync(string path, CancellationToken cancellationToken = default)
    {
        var result = await AskAsync(path, cancellationToken, "restore", "--lsm-mount-context");
        // One that takes the option without a value, or was killed at its limit, does not complain and end by that.
        return result is { TimedOut: false, ExitCode: not 0 } && (Complains(result.Output) || Complains(result.Error));

        static bool Complains(string text) =>
            text.Contains("flag needs an argument", StringComparison.Ordinal) || text.Contains("requires an argument", StringComparison.Ordinal);
    }

    /// <summary>The runtime's version (<c>runc version 1.1.15</c>, <c>crun version 1.21</c>); null when it cannot be started or does not tell.</summary>
    public async Task<string?> GetVersionAsync(string path, CancellationToken cancellationToken = default) =>
        await AskAsync(path, cancellationToken, "--version") is { Succeeded: true } result
        && VersionLine().Match(result.Output) is { Success: true } match
            ? match.Groups["version"].Value
            : null;

    /// <summary>The first line of the runtime's <c>--version</c>, such as <c>runc version 1.1.15</c>: a wrapper tells what is behind it. Null when it cannot be started.</summary>
    public async Task<string?> GetVersionLineAsync(string path, CancellationToken cancellationToken = default) =>
        await AskAsync(path, cancellationToken, "--version") is { Succeeded: true } result ? result.Output.Split('\n')[0].Trim() : null;

    /// <summary>Whether the runtime's <c>checkpoint</c> has an option of its own for connections that the program has not accepted yet, as newer runc has (seen in 1.3.6).</summary>
    public async Task<bool> KnowsSkipInFlightAsync(string path, CancellationToken cancellationToken = default) =>
        await AskAsync(path, cancellationToken, "checkpoint", "--help") is { Succeeded: true } result && result.Output.Contains("--tcp-skip-in-flight", StringComparison.Ordinal);

    /// <summary>What the runtime's command <c>features</c> tells; null when it has none.</summary>
    public async Task<OciRuntimeFeatures?> GetFeaturesAsync(string path, CancellationToken cancellationToken = default) =>
        await AskAsync(path, cancellationToken, "features") is { Succeeded: true } result ? OciRuntimeFeatures.TryParse(result.Output) : null;

    /// <summary>CRIU's version (<c>Version: 4.1.1</c>); null when it cannot be started or does not tell.</summary>
    public async Task<string?> GetCriuVersionAsync(string path = "criu", CancellationToken cancellationToken = default) =>
        await AskAsync(path, cancellationToken, "--version") is { Succeeded: true } result
        && CriuVersionLine().Match(result.Output) is { Success: true } match
            ? match.Groups["version"].Value
            : null;

    /// <summary>All that is asked of a runtime; null when it cannot be started. One that does not answer in time is asked no more.</summary>
    public async Task<OciRuntimeReport?> ProbeAsync(string path, CancellationToken cancellationToken = default)
    {
        if (await AskAsync(path, cancellationToken, "--version") is not { } version)
            return null;
        var match = VersionLine().Match(version.Output);
        var report = new OciRuntimeReport
        {
            Name = match.Success ? match.Groups["name"].Value : Path.GetFileName(path),
            Path = path,
            Version = match.Success ? match.Groups["version"].Value : null,
        };
        if (version.TimedOut)
            return report with { Problem = $"{path} --version did not end in time and was killed: run it by hand on the node" };

        var features = await GetFeaturesAsync(path, cancellationToken);
        return report with
        {
            Checkpoint = features?.Checkpoint != false && await SupportsCheckpointAsync(path, cancellationToken),
            PodRestore = await SupportsPodRestoreAsync(path, cancellationToken),
            Features = features,
        };
    }

    /// <summary>All that is asked of CRIU; null when it cannot be started. It checks the kernel as root only.</summary>
    public async Task<CriuReport?> ProbeCriuAsync(string path = "criu", CancellationToken cancellationToken = default)
    {
        if (await AskAsync(path, cancellationToken, "--version") is null)
            return null;
        var check = await CheckAsync(path, cancellationToken, "check");
        return new CriuReport
        {
            Path = path,
            Version = await GetCriuVersionAsync(path, cancellationToken),
            Check = check,
            CheckAll = check is { Passed: true } ? await CheckAsync(path, cancellationToken, "check", "--all") : null,
        };
    }

    /// <summary>Forgets all answers, for one who waits for a change that no program's file shows.</summary>
    public void Forget() => _commands.Clear();

    private async Task<CriuCheck?> CheckAsync(string path, CancellationToken cancellationToken, params string[] arguments)
    {
        if (await AskAsync(path, cancellationToken, arguments) is not { TimedOut: false } result)
            return null;
        var said = (result.Error + '\n' + result.Output).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var problems = said.Select(static line => CriuLine().Match(line)).Where(static match => match.Success).Select(static match => match.Groups["text"].Value);
        // Not started by root it complains without a level: then all that it says is the reason.
        return new CriuCheck(result.Succeeded, result.Succeeded ? [] : [.. problems.DefaultIfEmpty(string.Join(' ', said))]);
    }

    private Task<CommandResult?> AskAsync(string path, CancellationToken cancellationToken, params string[] arguments) =>
        _commands.AskAsync(new Command(path, arguments), cancellationToken);

    [GeneratedRegex(@"^(?<name>[A-Za-z0-9_.-]+) version (?<version>\S+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex VersionLine();

    [GeneratedRegex(@"^Version: (?<version>\S+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex CriuVersionLine();

    // Warn  (criu/cr-check.c:824): Dirty tracking is OFF. Memory snapshot will not work.
    [GeneratedRegex(@"^(Error|Warn) +\(\S+:\d+\): (?<text>.+)$", RegexOptions.CultureInvariant)]
    private static partial Regex CriuLine();
}
