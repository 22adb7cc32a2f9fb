using System.Globalization;
using System.Text;
using System.Text.Json;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace CheckpointOperator.NodeAgent.RuntimeHandler;

/// <summary>A table of a TOML document, for reading: values are strings, booleans, numbers, lists of values, and tables.</summary>
internal sealed class TomlTable
{
    private readonly SortedDictionary<string, object> _values = new(StringComparer.Ordinal);

    /// <summary>The keys and values, in the keys' order.</summary>
    public IEnumerable<KeyValuePair<string, object>> Values => _values;

    /// <summary>Whether a value is what containerd also takes where there is none: it shows such values in a dump, or not, as it happens.</summary>
    public static bool IsUnset(object value) => value is "" or 0L or false or List<object> { Count: 0 };

    /// <summary>Reads a document.</summary>
    /// <exception cref="FormatException">It is not TOML.</exception>
    public static TomlTable Parse(string text)
    {
        DocumentSyntax document = SyntaxParser.Parse(text);
        if (document.HasErrors)
            throw new FormatException(document.Diagnostics.First().ToString());
        var root = new TomlTable();
        root.Add(document.KeyValues);
        foreach (TableSyntaxBase table in document.Tables)
            root.At(Names(table.Name!), table is TableArraySyntax).Add(table.Items);
        return root;
    }

    /// <summary>The table that a path of keys leads to, or null.</summary>
    public TomlTable? Table(params string[] path)
    {
        TomlTable? table = this;
        foreach (string name in path)
            table = table?._values.GetValueOrDefault(name) as TomlTable;
        return table;
    }

    /// <summary>A string, or null.</summary>
    public string? Text(string name) => _values.GetValueOrDefault(name) as string;

    /// <summary>A whole number, or null.</summary>
    public long? Number(string name) => _values.GetValueOrDefault(name) as long?;

    /// <summary>The strings of a list; none where there is no list.</summary>
    public IEnumerable<string> Texts(string name) => (_values.GetValueOrDefault(name) as List<object> ?? []).OfType<string>();

    /// <summary>Sets a key.</summary>
    public void Set(string name, object value) => _values[name] = value;

    /// <summary>A copy that can be changed without the original.</summary>
    public TomlTable Copy()
    {
        var copy = new TomlTable();
        foreach ((string name, object value) in _values)
            copy.Set(name, value is TomlTable table ? table.Copy() : value);
        return copy;
    }

    /// <summary>Takes a key out.</summary>
    public void Remove(string name) => _values.Remove(name);

    /// <summary>A value as TOML writes it; null for a table.</summary>
    public static string? Written(object value) => value switch
    {
        // A basic string of TOML has JSON's escapes.
        string text => $"\"{JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"",
        bool truth => truth ? "true" : "false",
        long number => number.ToString(CultureInfo.InvariantCulture),
        double number => number.ToString("0.0###############", CultureInfo.InvariantCulture),
        List<object> list => $"[{string.Join(", ", list.Select(Written))}]",
        _ => null,
    };

    /// <summary>One form for tables that mean the same.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Describe(text, "");
        return text.ToString();
    }

    private void Describe(StringBuilder text, string prefix)
    {
        foreach ((string name, object value) in _values)
        {
            if (value is TomlTable table)
                table.Describe(text, $"{prefix}{name}/");
            else if (value is List<object> list && list.OfType<TomlTable>().Any())
                text.Append(CultureInfo.InvariantCulture, $"{prefix}{name} = [{string.Join(", ", list)}]\n");
            else if (!IsUnset(value))
                text.Append(CultureInfo.InvariantCulture, $"{prefix}{name} = {Written(value)}\n");
        }
    }

    private void Add(IEnumerable<KeyValueSyntax> pairs)
    {
        foreach (KeyValueSyntax pair in pairs)
        {
            string[] names = [.. Names(pair.Key!)];
            At(names[..^1], appends: false)._values[names[^1]] = Value(pair.Value!);
        }
    }

    private TomlTable At(IEnumerable<string> path, bool appends)
    {
        TomlTable table = this;
        string[] names = [.. path];
        for (int i = 0; i < names.Length; i++)
        {
            bool isNewElement = appends && i == names.Length - 1;
            switch (table._values.GetValueOrDefault(names[i]))
            {
                case TomlTable existing:
                    table = existing;
                    break;
                case List<object> list when !isNewElement && list.LastOrDefault() is TomlTable last:
                    table = last;
                    break;
                case List<object> list:
                    list.Add(table = new TomlTable());
                    break;
                default:
                    var made = new TomlTable();
                    table._values[names[i]] = isNewElement ? new List<object> { made } : made;
                    table = made;
                    break;
            }
        }
        return table;
    }

    private static IEnumerable<string> Names(KeySyntax key)
    {
        yield return Name(key.Key!);
        foreach (DottedKeyItemSyntax dotted in key.DotKeys)
            yield return Name(dotted.Key!);
    }

    private static string Name(BareKeyOrStringValueSyntax key) =>
        key is StringValueSyntax quoted ? quoted.Value! : ((BareKeySyntax)key).Key!.Text!;

    private static object Value(ValueSyntax value)
    {
        switch (value)
        {
            case StringValueSyntax text:
                return text.Value ?? "";
            case BooleanValueSyntax truth:
                return truth.Value;
            case IntegerValueSyntax number:
                return number.Value;
            case FloatValueSyntax number:
                return number.Value;
            case ArraySyntax array:
                return array.Items.Select(item => Value(item.Value!)).ToList();
            case InlineTableSyntax inline:
                var table = new TomlTable();
                table.Add(inline.Items.Select(item => item.KeyValue!));
                return table;
            default:
                return value.ToString() ?? "";
        }
    }
}
