using System.Text.Encodings.Web;
using System.Text.Json;
using CheckpointOperator.Plugin.Api;

namespace CheckpointOperator.Plugin.Output;

/// <summary>The option <c>-o</c>, and objects printed as it says.</summary>
internal sealed class OutputOption
{
    private const string Json = "json";
    private const string YamlFormat = "yaml";
    private const string Wide = "wide";
    private const string Name = "name";

    // As kubectl writes it.
    private static readonly JsonSerializerOptions Indented = new(KubernetesSerializer.Options) { WriteIndented = true, IndentSize = 4, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Option<string?> _format;

    /// <summary>Adds it to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="isTable">Whether the command prints tables, which may be wide.</param>
    public OutputOption(Command command, bool isTable)
    {
        _format = new Option<string?>("--output", "-o")
        {
            Description = isTable ? "How objects are printed. Defaults to a table." : "How the object is printed. Defaults to one line.",
            HelpName = isTable ? "json|yaml|wide|name" : "json|yaml|name",
        };
        _format.AcceptOnlyFromAmong(isTable ? [Json, YamlFormat, Wide, Name] : [Json, YamlFormat, Name]);
        command.Add(_format);
    }

    /// <summary>Whether a table is asked for.</summary>
    public bool IsTable(ParseResult arguments) => arguments.GetValue(_format) is null or Wide;

    /// <summary>Whether the table's columns are all to be there.</summary>
    public bool IsWide(ParseResult arguments) => arguments.GetValue(_format) == Wide;

    /// <summary>Whether nothing is asked for.</summary>
    public bool IsDefault(ParseResult arguments) => arguments.GetValue(_format) is null;

    /// <summary>Whether only a name is asked for.</summary>
    public bool IsName(ParseResult arguments) => arguments.GetValue(_format) == Name;

    /// <summary>Prints objects.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="objects">The objects.</param>
    /// <param name="isOne">Whether one was asked for; otherwise what is printed is a List.</param>
    public void Print(ParseResult arguments, IReadOnlyList<ApiObject> objects, bool isOne)
    {
        if (arguments.GetValue(_format) == Name)
        {
            foreach (ApiObject value in objects)
                Console.Out.WriteLine(value.Reference);
            return;
        }

        JsonObject whole = isOne ? objects[0].Json : new JsonObject
        {
            ["apiVersion"] = "v1",
            ["items"] = new JsonArray([.. objects.Select(value => value.Json)]),
            ["kind"] = "List",
            ["metadata"] = new JsonObject(),
        };
        PrintJson(arguments, whole);
    }

    /// <summary>Prints JSON, or the same as YAML.</summary>
    public void PrintJson(ParseResult arguments, JsonObject value)
    {
        if (arguments.GetValue(_format) == YamlFormat)
            Yaml.Write(value, Console.Out);
        else
            Console.Out.WriteLine(value.ToJsonString(Indented));
    }
}
