using System.ComponentModel;
using System.Text.RegularExpressions;

namespace CheckpointOperator.Core.Runtimes;

/// <summary>Asks OCI runtimes and CRIU what they can do, by their command lines.</summary>
/// <param name="runner">How programs are started.</param>
public sealed partial class OciRuntimeProbe(ICommandRunner runner)
{
    /// <summary>Whether the runtime can checkpoint and restore containers: <c>checkpoint --help</c> succeeds.</summary>
    public async Task<bool> SupportsCheckpointAsync(string path, CancellationToken cancellationToken = default) =>
        await TryRunAsync(new Command(path, "checkpoint", "--help"), cancellationToken) is { Succeeded: true };

    /// <summary>
    /// Whether the runtime can restore a container into a Pod. One that knows <c>--lsm-mount-context</c> complains that its value is missing:
    /// runc by "flag needs an argument", crun by "requires an argument".
    /// </summary>
    public async Task<bool> SupportsPodRestoreAsync(string path, CancellationToken cancellationToken = default)
    {
        var result = await TryRunAsync(new Command(path, "restore", "--lsm-mount-context"), cancellationToken);
        return result is not null && (Complains(result.Output) || Complains(result.Error));

        static bool Complains(string text) =>
            text.Contains("flag needs an argument", StringComparison.Ordinal) || text.Contains("requires an argument", StringComparison.Ordinal);
    }

    /// <summary>The runtime's version (<c>runc version 1.1.15</c>, <c>crun version 1.21</c>); null when it cannot be started or does not tell.</summary>
    public async Task<string?> GetVersionAsync(string path, CancellationToken cancellationToken = default) =>
        await TryRunAsync(new Command(path, "--version"), cancellationToken) is { Succeeded: true } result
        && VersionLine().Match(result.Output) is { Success: true } match
            ? match.Groups["version"].Value
            : null;

    /// <summary>CRIU's version (<c>Version: 4.1.1</c>); null when it cannot be started or does not tell.</summary>
    public async Task<string?> GetCriuVersionAsync(string path = "criu", CancellationToken cancellationToken = default) =>
        await TryRunAsync(new Command(path, "--version"), cancellationToken) is { Succeeded: true } result
        && CriuVersionLine().Match(result.Output) is { Success: true } match
            ? match.Groups["version"].Value
            : null;

    /// <summary>All that is asked of a runtime; null when it cannot be started.</summary>
    public async Task<OciRuntimeReport?> ProbeAsync(string path, CancellationToken cancellationToken = default)
    {
        if (await TryRunAsync(new Command(path, "--version"), cancellationToken) is not { } version)
            return null;
        var match = VersionLine().Match(version.Output);
        return new OciRuntimeReport
        {
            Name = match.Success ? match.Groups["name"].Value : Path.GetFileName(path),
            Path = path,
            Version = match.Success ? match.Groups["version"].Value : null,
            Checkpoint = await SupportsCheckpointAsync(path, cancellationToken),
            PodRestore = await SupportsPodRestoreAsync(path, cancellationToken),
        };
    }

    private async Task<CommandResult?> TryRunAsync(Command command, CancellationToken cancellationToken)
    {
        try
        {
            return await runner.RunAsync(command, cancellationToken);
        }
        catch (Win32Exception)
        {
            // Not there or not executable: it supports nothing.
            return null;
        }
    }

    [GeneratedRegex(@"^(?<name>[A-Za-z0-9_.-]+) version (?<version>\S+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex VersionLine();

    [GeneratedRegex(@"^Version: (?<version>\S+)", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex CriuVersionLine();
}
