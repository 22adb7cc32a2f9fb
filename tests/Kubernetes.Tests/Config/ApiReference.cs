using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using YamlDotNet.RepresentationModel;

namespace CheckpointOperator.Kubernetes.Tests.Config;

/// <summary>Writes docs/api.md from config/crd and from the reasons' constants.</summary>
internal sealed partial class ApiReference
{
    private const string Introduction = """
        # API

        <!-- Made by `make api-docs` from config/crd and the constants in src/Kubernetes/Api/V1Alpha1/*Reasons.cs. Change those. -->

        Group `checkpoint-operator.io`, version `v1alpha1`; `kubectl get checkpoint` lists all three kinds, and `kubectl explain KIND.FIELD` says what stands here.

        ```sh
        kubectl wait --for=condition=Ready containercheckpoint/NAME --timeout=5m
        kubectl wait --for=condition=Ready containerrestore/NAME --timeout=5m
        ```

        A spec is immutable, and a status is written by the operator and the node's agent alone. Names are those that a later version keeps; fields are only
        added within `v1alpha1`. The rules are the schema's and, from Kubernetes 1.25 on, CEL. Where the API server knows no CEL the controller checks the same rules:
        the object becomes Failed, with the reason `InvalidSpec`. A kubectl older than 1.25 does not know such CRDs either, and installs them only with
        `kubectl apply --validate=false -k config/default`.

        """;

    private readonly StringBuilder _text = new($"{Introduction}\n");

    /// <summary>The whole document.</summary>
    public static string Write()
    {
        var reference = new ApiReference();
        foreach (string plural in new[] { "containercheckpoints", "containerrestores", "checkpointnodes" })
            reference.AddKind(new Definition(plural));
        return $"{reference._text.ToString().TrimEnd()}\n";
    }

    private void AddKind(Definition definition)
    {
        YamlNode names = definition.Spec["names"];
        string kind = Definition.Text(names["kind"]);
        Add($"## {kind}\n\n{Definition.Text(definition.Schema["description"])} {Definition.Text(definition.Spec["scope"])}; short name "
            + $"`{string.Join("`, `", Definition.List(names, "shortNames").Select(Definition.Text))}`.\n");
        AddFields(definition.Schema);
        AddColumns(definition.Version);
        AddReasons(kind);
    }

    private void AddFields(YamlMappingNode schema)
    {
        Add("| field | type | |\n| --- | --- | --- |");
        foreach (string part in new[] { "spec", "status" })
        {
            YamlMappingNode node = (YamlMappingNode)schema["properties"][part];
            Add($"| `{part}` | object | {Describe(node)} |");
            AddFields(part, node);
        }

        Add("");
    }

    private void AddFields(string path, YamlMappingNode node)
    {
        HashSet<string> required = [.. Definition.List(node, "required").Select(Definition.Text)];
        foreach ((string name, YamlMappingNode field) in Definition.Members(node, "properties"))
        {
            string full = $"{path}.{name}";
            Add($"| `{full}` | {TypeOf(field)} | {Describe(field)}{(required.Contains(name) ? " Required." : "")} |");
            AddFields(full, field);
            if (field.Children.TryGetValue("items", out YamlNode? items))
                AddFields($"{full}[]", (YamlMappingNode)items);
        }
    }

    private void AddColumns(YamlMappingNode version)
    {
        Add("| column of `kubectl get` | |\n| --- | --- |");
        foreach (YamlNode column in Definition.List(version, "additionalPrinterColumns"))
            Add($"| {Definition.Text(column["name"])}{(Definition.Text(column, "priority") == "1" ? " (`-o wide`)" : "")} | {Definition.Text(column["description"])} |");
        Add("");
    }

    private void AddReasons(string kind)
    {
        Add("| reason | condition | Event | meaning | what to do |\n| --- | --- | --- | --- | --- |");
        foreach ((string reason, ReasonAttribute told, string meaning, string remedy) in ReasonTable.Of(ReasonTable.Kinds[kind]))
            Add($"| `{reason}` | {string.Join(", ", told.Conditions)} | {(told.IsEvent ? "yes" : "")} | {meaning} | {remedy} |");
        Add("");
    }

    private static string TypeOf(YamlMappingNode field)
    {
        string type = Definition.Text(field["type"]);
        return type switch
        {
            "array" => $"list of {TypeOf((YamlMappingNode)field["items"])}",
            "object" when field.Children.TryGetValue("additionalProperties", out YamlNode? values) => $"map of {TypeOf((YamlMappingNode)values)}",
            "string" when Definition.Text(field, "format") == "date-time" => "time",
            _ => type,
        };
    }

    private static string Describe(YamlMappingNode field)
    {
        StringBuilder text = new(Space().Replace(Definition.Text(field["description"]), " ").Trim().Replace("|", "\\|", StringComparison.Ordinal));
        if (Definition.List(field, "enum") is { Count: > 0 } values)
            text.Append(CultureInfo.InvariantCulture, $" One of `{string.Join("`, `", values.Select(Definition.Text))}`.");
        if (Definition.Text(field, "default") is { } value)
            text.Append(CultureInfo.InvariantCulture, $" Defaults to `{value}`.");
        foreach (YamlNode rule in Definition.List(field, "x-kubernetes-validations"))
            text.Append(CultureInfo.InvariantCulture, $" Rule: {Definition.Text(rule["message"])}.");
        return text.ToString();
    }

    private void Add(string line) => _text.Append(line).Append('\n');

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
