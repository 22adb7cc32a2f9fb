using System.Text;

namespace CheckpointOperator.Plugin.Output;

/// <summary>The processes of a checkpoint, each below its parent.</summary>
internal static class ProcessTree
{
    // Deeper ones stand beside their parents: a line of a hundred bars says nothing.
    private const int MaximumDepth = 40;

    /// <summary>The tree, a line for each process.</summary>
    /// <param name="processes">The processes that are known.</param>
    /// <param name="count">How many there are.</param>
    public static string Of(IList<ArchivedProcess> processes, int? count)
    {
        ILookup<long, ArchivedProcess> children = processes.ToLookup(process => process.ParentPid);
        HashSet<long> known = [.. processes.Select(process => process.Pid)];
        StringBuilder text = new();
        // One whose parent is not in the list, as that of the first, is a root.
        Append(processes.Where(process => !known.Contains(process.ParentPid)).ToList(), string.Empty, 0);
        if (count > processes.Count)
            text.AppendLine(CultureInfo.InvariantCulture, $"and {count - processes.Count} more");
        return text.ToString();

        void Append(IReadOnlyList<ArchivedProcess> siblings, string prefix, int depth)
        {
            for (int at = 0; at < siblings.Count; at++)
            {
                ArchivedProcess process = siblings[at];
                bool isLast = at == siblings.Count - 1;
                text.Append(prefix).Append(depth == 0 ? string.Empty : isLast ? "└─ " : "├─ ")
                    .AppendLine(CultureInfo.InvariantCulture, $"{process.Pid} {TerminalText.Line(process.Name)}");
                Append([.. children[process.Pid]], depth is 0 or > MaximumDepth ? prefix : prefix + (isLast ? "   " : "│  "), depth + 1);
            }
        }
    }
}
