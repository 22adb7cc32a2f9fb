using System.Text.RegularExpressions;

namespace CheckpointOperator.Cluster.Tests.Running;

/// <summary>Commands of a document that are marked as runnable: a code block that begins with <c>```sh runnable</c>.</summary>
/// <param name="Document">The document's path in the repository.</param>
/// <param name="Heading">The nearest heading above.</param>
/// <param name="Script">The commands.</param>
public sealed partial record RunnableBlock(string Document, string Heading, string Script)
{
    // A kubelet of 1.20 was seen to name a Pod of which nothing is left for 80 s.
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(8);

    /// <summary>All of them, in the order of the documents.</summary>
    public static IReadOnlyList<RunnableBlock> All { get; } =
    [
        .. Directory.EnumerateFiles(RepositoryFolder.Path, "*.md").Concat(Directory.EnumerateFiles(Path.Combine(RepositoryFolder.Path, "docs"), "*.md"))
            .Order(StringComparer.Ordinal).SelectMany(file => Of(Path.GetRelativePath(RepositoryFolder.Path, file), File.ReadAllText(file))),
    ];

    /// <summary>Those below a heading.</summary>
    public static IReadOnlyList<RunnableBlock> Below(string document, string heading)
    {
        RunnableBlock[] found = [.. All.Where(block => block.Document == document && block.Heading == heading)];
        return found.Length > 0 ? found : throw new InvalidOperationException($"{document} has nothing to run below \"{heading}\"");
    }

    /// <summary>Runs it as a reader does: in the repository's folder, on the cluster, stopping at the first command that fails.</summary>
    /// <returns>What it said.</returns>
    public async Task<string> RunAsync(Kubectl kubectl)
    {
        var shell = new Command("bash", "-euo", "pipefail", "-c", $"cd '{RepositoryFolder.Path}'\n{Script}") { Environment = kubectl.Environment };
        return (await shell.RunAsync(deadline: Deadline, cancellationToken: TestContext.Current.CancellationToken)).OrThrow().Output;
    }

    private static IEnumerable<RunnableBlock> Of(string document, string text)
    {
        string heading = string.Empty;
        foreach (Match part in Part().Matches(text))
        {
            if (part.Groups["heading"].Success)
                heading = part.Groups["heading"].Value;
            else if (part.Groups["marks"].Value.Contains("runnable", StringComparison.Ordinal))
                yield return new RunnableBlock(document, heading, part.Groups["code"].Value);
        }
    }

    // Blocks are matched whole, so that a comment in one is no heading.
    [GeneratedRegex(@"^ *```(?<marks>[^\n]*)\n(?<code>.*?)^ *```|^#+ (?<heading>[^\n]+)", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Part();
}
