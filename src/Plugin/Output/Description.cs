using System.Text;

namespace CheckpointOperator.Plugin.Output;

/// <summary>Names and values below each other, as kubectl describe prints them. What is not known is left out.</summary>
internal sealed class Description
{
    private const int Column = 20;

    private readonly StringBuilder _text = new();
    private string _indent = string.Empty;

    /// <summary>Adds a value.</summary>
    public void Add(string name, string? value, bool isState = false)
    {
        if (string.IsNullOrEmpty(value))
            return;
        string safe = TerminalText.Line(value);
        _text.Append(_indent).Append($"{name}:".PadRight(Math.Max(Column - _indent.Length, name.Length + 2))).AppendLine(isState ? Terminal.Colored(safe, safe) : safe);
    }

    /// <summary>Adds a number.</summary>
    public void Add(string name, long? value) => Add(name, value?.ToString(CultureInfo.InvariantCulture));

    /// <summary>Adds a number of bytes.</summary>
    public void AddBytes(string name, long? value) => Add(name, value is { } bytes ? Quantities.Bytes(bytes) : null);

    /// <summary>Adds a time.</summary>
    public void Add(string name, DateTime? value) => Add(name, value?.ToUniversalTime().ToString("ddd, dd MMM yyyy HH:mm:ss 'UTC'", CultureInfo.InvariantCulture));

    /// <summary>Adds what belongs together, if there is any of it.</summary>
    public void Section(string name, Action fill)
    {
        int start = _text.Length;
        _text.Append(_indent).AppendLine(Terminal.Bold($"{name}:"));
        int empty = _text.Length;
        string outer = _indent;
        _indent += "  ";
        fill();
        _indent = outer;
        if (_text.Length == empty)
            _text.Length = start;
    }

    /// <summary>Adds lines as they are, indented.</summary>
    public void Lines(string lines)
    {
        foreach (string line in lines.TrimEnd('\n').Split('\n'))
            _text.Append(_indent).AppendLine(line);
    }

    /// <summary>Adds a table.</summary>
    public void Add(Table table)
    {
        if (!table.IsEmpty)
            _text.Append(table.ToString(_indent));
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
