using System.Text;

namespace CheckpointOperator.Plugin.Output;

/// <summary>A table of columns as wide as they need, three blanks apart, as kubectl prints them.</summary>
internal sealed class Table
{
    private readonly List<string[]> _rows = [];
    private readonly string[] _headings;

    /// <summary>Makes an empty one.</summary>
    /// <param name="headings">What stands above the columns.</param>
    public Table(params string[] headings) => _headings = headings;

    /// <summary>Adds a row.</summary>
    public void Add(params string[] cells) => _rows.Add([.. cells.Select(TerminalText.Line)]);

    /// <summary>What stands there.</summary>
    /// <param name="prefix">What each line begins with.</param>
    public string ToString(string prefix)
    {
        int[] widths = [.. _headings.Select((heading, column) => _rows.Select(row => row[column].Length).Append(heading.Length).Max())];
        StringBuilder text = new();
        text.Append(prefix).AppendLine(Line(_headings, widths, color: false));
        foreach (string[] row in _rows)
            text.Append(prefix).AppendLine(Line(row, widths, color: true));
        return text.ToString();
    }

    /// <inheritdoc/>
    public override string ToString() => ToString(string.Empty);

    /// <summary>The server's table.</summary>
    /// <param name="tables">One or more of the same kind.</param>
    /// <param name="wide">Whether all columns are shown.</param>
    /// <param name="withNamespace">Whether a row begins with its object's namespace.</param>
    public static Table Of(IReadOnlyList<JsonObject> tables, bool wide, bool withNamespace)
    {
        JsonArray columns = tables[0]["columnDefinitions"]!.AsArray();
        int[] shown = [.. Enumerable.Range(0, columns.Count).Where(column => wide || ((int?)columns[column]!["priority"] ?? 0) == 0)];
        IEnumerable<string> headings = shown.Select(column => ((string)columns[column]!["name"]!).ToUpperInvariant());
        Table table = new([.. withNamespace ? headings.Prepend("NAMESPACE") : headings]);
        foreach (JsonNode? row in tables.SelectMany(part => part["rows"]?.AsArray() ?? []))
        {
            IEnumerable<string> cells = shown.Select(column => FirstLine(row!["cells"]![column]?.ToString() ?? string.Empty));
            table.Add([.. withNamespace ? cells.Prepend((string?)row!["object"]?["metadata"]?["namespace"] ?? string.Empty) : cells]);
        }

        return table;
    }

    /// <summary>Whether it has no rows.</summary>
    public bool IsEmpty => _rows.Count == 0;

    // As kubectl does.
    private static string FirstLine(string text) => text.IndexOfAny(['\n', '\r', '\f']) is >= 0 and var end ? $"{text[..end]}..." : text;

    private string Line(string[] cells, int[] widths, bool color)
    {
        StringBuilder line = new();
        for (int column = 0; column < cells.Length; column++)
        {
            string cell = column == cells.Length - 1 ? cells[column] : cells[column].PadRight(widths[column] + 3);
            // Such words elsewhere are names that somebody gave.
            bool isState = _headings[column] is "PHASE" or "STATUS" or "RESTORE" || (_headings[column] == "CHECKPOINT" && !_headings.Contains("PHASE"));
            line.Append(color && isState ? Terminal.Colored(cell, cells[column]) : cell);
        }

        return line.ToString().TrimEnd(' ');
    }
}
