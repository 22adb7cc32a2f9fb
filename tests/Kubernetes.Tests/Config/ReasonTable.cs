using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;

namespace CheckpointOperator.Kubernetes.Tests.Config;

/// <summary>The reasons of a kind, from the constants and their documentation.</summary>
internal static partial class ReasonTable
{
    private static readonly Dictionary<string, XElement> Documentation = XDocument.Load(Path.ChangeExtension(typeof(ReasonAttribute).Assembly.Location, ".xml"))
        .Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);

    /// <summary>The classes that hold them, by kind.</summary>
    public static IReadOnlyDictionary<string, Type> Kinds { get; } = new Dictionary<string, Type>
    {
        [V1Alpha1ContainerCheckpoint.KindName] = typeof(CheckpointReasons),
        [V1Alpha1ContainerRestore.KindName] = typeof(RestoreReasons),
        [V1Alpha1CheckpointNode.KindName] = typeof(CheckpointNodeReasons),
    };

    /// <summary>The reasons of one class, in the order in which they are written there.</summary>
    public static IReadOnlyList<(string Reason, ReasonAttribute Told, string Meaning, string Remedy)> Of(Type reasons) =>
    [
        .. reasons.GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (
            (string)field.GetRawConstantValue()!,
            field.GetCustomAttribute<ReasonAttribute>() ?? throw new InvalidOperationException($"{reasons.Name}.{field.Name} has no [Reason]."),
            Comment(field, "summary"),
            Comment(field, "remarks"))),
    ];

    private static string Comment(FieldInfo field, string part) =>
        Documentation.TryGetValue($"F:{field.DeclaringType!.FullName}.{field.Name}", out XElement? member) && member.Element(part) is { } text
            ? Space().Replace(text.Value, " ").Trim()
            : string.Empty;

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
