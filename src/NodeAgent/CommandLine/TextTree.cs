using System.Text;

namespace CheckpointOperator.NodeAgent.CommandLine;

/// <summary>A tree of lines for people.</summary>
/// <param name="line">The node's own line. Text of an archive in it has to be <see cref="TerminalText"/>.</param>
internal sealed class TextTree(string line)
{
    // Deeper nodes stand beside their parents: a chain of a million processes is no stack of a million calls, nor a line of a million bars.
    private const int MaxDepth = 40;

    private readonly List<TextTree> _children = [];

    /// <summary>Adds a child and hands it back.</summary>
    public TextTree Add(string childLine)
    {
        var child = new TextTree(childLine);
        _children.Add(child);
        return child;
    }

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder(line);
        var open = new Stack<(TextTree Node, string Prefix, bool IsLast, int Depth)>();
        Push(this, string.Empty, 1);
        while (open.TryPop(out var next))
        {
            text.Append('\n').Append(next.Prefix).Append(next.IsLast ? "└─ " : "├─ ").Append(next.Node.Line);
            var isFlat = next.Depth >= MaxDepth;
            Push(next.Node, isFlat ? next.Prefix : next.Prefix + (next.IsLast ? "   " : "│  "), isFlat ? next.Depth : next.Depth + 1);
        }

        return text.ToString();

        void Push(TextTree node, string prefix, int depth)
        {
            for (var i = node._children.Count - 1; i >= 0; i--)
                open.Push((node._children[i], prefix, i == node._children.Count - 1, depth));
        }
    }

    private string Line => line;
}
