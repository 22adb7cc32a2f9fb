using System.Globalization;
using YamlDotNet.Core;

namespace CheckpointOperator.Chart.Tests.Rendering;

/// <summary>In what two manifests differ: every field, its type included, and the order of every list.</summary>
public static class Difference
{
    /// <summary>A line for each difference; none where they are the same.</summary>
    public static IReadOnlyList<string> Between(Manifest chart, Manifest kustomization)
    {
        List<string> differences = [];
        differences.AddRange(chart.Names.Except(kustomization.Names).Select(name => $"{name}: only the chart has it"));
        differences.AddRange(kustomization.Names.Except(chart.Names).Select(name => $"{name}: only the kustomization has it"));
        foreach (string name in chart.Names.Intersect(kustomization.Names))
            Compare(differences, name, chart[name], kustomization[name]);
        return differences;
    }

    private static void Compare(List<string> differences, string path, YamlNode chart, YamlNode kustomization)
    {
        switch (chart, kustomization)
        {
            case (YamlMappingNode left, YamlMappingNode right):
                foreach (YamlNode key in left.Children.Keys.Union(right.Children.Keys))
                {
                    if (!right.Children.TryGetValue(key, out YamlNode? inRight))
                        differences.Add($"{path}.{key}: only the chart has it: {left[key]}");
                    else if (!left.Children.TryGetValue(key, out YamlNode? inLeft))
                        differences.Add($"{path}.{key}: only the kustomization has it: {inRight}");
                    else
                        Compare(differences, $"{path}.{key}", inLeft, inRight);
                }
                break;
            case (YamlSequenceNode left, YamlSequenceNode right) when left.Children.Count == right.Children.Count:
                for (int i = 0; i < left.Children.Count; i++)
                    Compare(differences, $"{path}[{i}]", left[i], right[i]);
                break;
            case (YamlScalarNode left, YamlScalarNode right):
                if (Typed(left) != Typed(right))
                    differences.Add($"{path}: {Typed(left)} in the chart, {Typed(right)} in the kustomization");
                break;
            default:
                differences.Add($"{path}: {chart} in the chart, {kustomization} in the kustomization");
                break;
        }
    }

    // As the API server's reader takes it: what is not quoted may be no string.
    private static (string Type, string Value) Typed(YamlScalarNode scalar)
    {
        string value = scalar.Value ?? string.Empty;
        if (scalar.Style is not ScalarStyle.Plain)
            return ("string", value);
        return value switch
        {
            "" or "~" or "null" => ("null", "null"),
            "true" or "false" => ("boolean", value),
            _ when decimal.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal number) => ("number", number.ToString("G29", CultureInfo.InvariantCulture)),
            _ => ("string", value),
        };
    }
}
