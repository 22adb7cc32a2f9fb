using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Kubernetes.Json;
using YamlDotNet.RepresentationModel;

namespace CheckpointOperator.Kubernetes.Tests.Config;

/// <summary>The YAML in config/crd against the types that read and write the objects: field by field, enum by enum.</summary>
public sealed class CustomResourceDefinitionTests
{
    public static TheoryData<string, Type> Kinds => new()
    {
        { "checkpointnodes", typeof(V1Alpha1CheckpointNode) },
        { "containercheckpoints", typeof(V1Alpha1ContainerCheckpoint) },
        { "containerrestores", typeof(V1Alpha1ContainerRestore) },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_schema_has_the_fields_of_the_type_and_no_others(string plural, Type type)
    {
        List<string> differences = [];
        YamlMappingNode schema = Schema(plural);
        foreach (string part in (string[])["spec", "status"])
            Compare(differences, part, (YamlMappingNode)schema["properties"][part], KubernetesSerializer.Options.GetTypeInfo(type).Properties.Single(property => property.Name == part).PropertyType);
        Assert.Empty(differences);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_field_is_described(string plural, Type type)
    {
        List<string> silent = [];
        Undescribed(silent, type.Name, Schema(plural));
        Assert.Empty(silent);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_names_are_those_that_the_type_asks_the_server_for(string plural, Type type)
    {
        YamlMappingNode spec = (YamlMappingNode)Load(plural)["spec"];
        EntityMetadata kind = (EntityMetadata)typeof(EntityMetadata).GetMethod(nameof(EntityMetadata.Of))!.MakeGenericMethod(type).Invoke(null, null)!;

        Assert.Equal(kind.Group, Text(spec["group"]));
        Assert.Equal(kind.Kind, Text(spec["names"]["kind"]));
        Assert.Equal(kind.PluralName, Text(spec["names"]["plural"]));
        Assert.Equal(kind.Version, Text(spec["versions"][0]["name"]));
        Assert.Equal($"{kind.PluralName}.{kind.Group}", Text(Load(plural)["metadata"]["name"]));
        Assert.Equal(["checkpoint"], ((YamlSequenceNode)spec["names"]["categories"]).Select(Text));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Columns_and_selectable_fields_name_fields_that_exist(string plural, Type type)
    {
        YamlMappingNode version = (YamlMappingNode)Load(plural)["spec"]["versions"][0];
        IEnumerable<YamlNode> columns = (YamlSequenceNode)version["additionalPrinterColumns"];
        if (version.Children.TryGetValue("selectableFields", out YamlNode? selectable))
            columns = columns.Concat((YamlSequenceNode)selectable);
        foreach (string path in columns.Select(column => Text(column["jsonPath"])).Where(path => path != ".metadata.creationTimestamp"))
        {
            YamlNode node = Schema(plural);
            foreach (string name in path.TrimStart('.').Replace("[?(@", "!", StringComparison.Ordinal).Split('.').Select(part => part.Split('!', '=', ')', ']')[0]).Where(part => part.Length > 0 && part != "type"))
            {
                node = ((YamlMappingNode)node).Children.TryGetValue("items", out YamlNode? items) ? items : node;
                Assert.True(((YamlMappingNode)node["properties"]).Children.TryGetValue(name, out YamlNode? found), $"{type.Name} has no {path}");
                node = found;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void One_version_is_served_and_stored_with_a_status_of_its_own(string plural, Type type)
    {
        YamlMappingNode version = new Definition(plural).Version;
        Assert.Equal(("true", "true"), (Text(version["served"]), Text(version["storage"])));
        Assert.Equal(["status"], Definition.Members(version, "subresources").Select(member => member.Key));
        // A v1beta1 finds the same names: plural, singular, list and short names belong to all versions.
        YamlNode names = Load(plural)["spec"]["names"];
        Assert.Equal((type.Name, $"{Text(names["kind"])}List", Text(names["kind"]).ToLowerInvariant()), ($"V1Alpha1{Text(names["kind"])}", Text(names["listKind"]), Text(names["singular"])));
        Assert.Single(Definition.List(names, "shortNames"));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void What_is_required_cannot_be_null_in_the_type(string plural, Type type)
    {
        List<string> differences = [];
        foreach (string part in (string[])["spec", "status"])
            CompareRequired(differences, part, (YamlMappingNode)Schema(plural)["properties"][part], KubernetesSerializer.Options.GetTypeInfo(type).Properties.Single(property => property.Name == part).PropertyType);
        Assert.Empty(differences);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_string_list_and_map_has_a_bound(string plural, Type type)
    {
        // CEL counts with the largest that can be, and etcd takes one and a half megabytes.
        List<string> boundless = [];
        Bound(boundless, type.Name, Schema(plural));
        Assert.Empty(boundless);
    }

    [Fact]
    public void The_defaults_are_the_types_own()
    {
        YamlMappingNode checkpoint = (YamlMappingNode)Schema("containercheckpoints")["properties"]["spec"]["properties"];
        ContainerCheckpointSpec spec = new();
        Assert.Equal(spec.Engine.ToString(), Text(checkpoint["engine"]["default"]));
        Assert.Equal(spec.AfterCheckpoint.ToString(), Text(checkpoint["afterCheckpoint"]["default"]));
        Assert.Equal(spec.Volumes.ToString(), Text(checkpoint["volumes"]["default"]));
        Assert.Equal(spec.DeletionPolicy.ToString(), Text(checkpoint["deletionPolicy"]["default"]));

        YamlMappingNode restore = (YamlMappingNode)Schema("containerrestores")["properties"]["spec"]["properties"];
        ContainerRestoreSpec restoreSpec = new();
        Assert.Equal(restoreSpec.OnContainerRestart.ToString(), Text(restore["onContainerRestart"]["default"]));
        Assert.Equal(restoreSpec.TcpConnections.ToString(), Text(restore["tcpConnections"]["default"]));
        Assert.Equal(restoreSpec.Target.ToString(), Text(restore["target"]["default"]));
    }

    // Required in the schema is what the type holds without a question mark, but for what has a default there or is the rule of another field.
    private static void CompareRequired(List<string> differences, string path, YamlMappingNode schema, Type type)
    {
        if (type.Namespace != typeof(ContainerCheckpointSpec).Namespace)
            return;
        HashSet<string> required = [.. Definition.List(schema, "required").Select(Text)];
        NullabilityInfoContext nullability = new();
        foreach (PropertyInfo property in type.GetProperties())
        {
            string name = KubernetesSerializer.Options.GetTypeInfo(type).Properties.Single(candidate => candidate.AttributeProvider == (ICustomAttributeProvider)property).Name;
            YamlMappingNode field = (YamlMappingNode)schema["properties"][name];
            bool canBeNull = nullability.Create(property).ReadState == NullabilityState.Nullable;
            if (required.Contains(name) == canBeNull && Definition.Text(field, "default") is null)
                differences.Add($"{path}.{name}: {(canBeNull ? "required by the schema, and may be null" : "never null, and not required by the schema")}");
            Type inner = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
            if (inner.IsGenericType && inner.GetGenericTypeDefinition() == typeof(IList<>))
                CompareRequired(differences, $"{path}.{name}[]", (YamlMappingNode)field["items"], inner.GetGenericArguments()[0]);
            else
                CompareRequired(differences, $"{path}.{name}", field, inner);
        }
    }

    private static void Bound(List<string> boundless, string path, YamlMappingNode schema)
    {
        string? bound = Text(schema["type"]) switch
        {
            "string" when Definition.Text(schema, "format") == "date-time" || schema.Children.ContainsKey("enum") || Definition.Text(schema, "pattern")?.Contains("{64}", StringComparison.Ordinal) == true => null,
            "string" => "maxLength",
            "array" => "maxItems",
            "object" when schema.Children.ContainsKey("additionalProperties") => "maxProperties",
            _ => null,
        };
        if (bound is not null && !schema.Children.ContainsKey(bound) && path.Count(c => c == '.') > 1)
            boundless.Add($"{path} has no {bound}");
        foreach ((string name, YamlMappingNode property) in Definition.Members(schema, "properties"))
            Bound(boundless, $"{path}.{name}", property);
        foreach (string inner in (string[])["items", "additionalProperties"])
        {
            if (schema.Children.TryGetValue(inner, out YamlNode? element))
                Bound(boundless, $"{path}[]", (YamlMappingNode)element);
        }
    }

    private static void Compare(List<string> differences, string path, YamlMappingNode schema, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        string expected = TypeName(type);
        if (Text(schema["type"]) != expected)
            differences.Add($"{path}: the schema says {schema["type"]}, the type {type.Name} is {expected}");
        if (type == typeof(DateTime) != Has(schema, "format", "date-time"))
            differences.Add($"{path}: format date-time belongs to times, and only to them");
        if (type == typeof(long) != Has(schema, "format", "int64") || type == typeof(int) != Has(schema, "format", "int32"))
            differences.Add($"{path}: the format does not fit {type.Name}");
        if (type.IsEnum)
            CompareEnum(differences, path, schema, type);
        if (Has(schema, "x-kubernetes-preserve-unknown-fields", "true"))
        {
            if (type.Namespace != "k8s.Models")
                differences.Add($"{path}: unknown fields are kept, but {type.Name} is no part of a Pod");
            return;
        }
        if (type.IsGenericType && expected == "array")
            Compare(differences, path + "[]", (YamlMappingNode)schema["items"], type.GetGenericArguments()[0]);
        else if (expected == "object" && !type.IsGenericType)
            CompareProperties(differences, path, schema, type);
    }

    private static void CompareProperties(List<string> differences, string path, YamlMappingNode schema, Type type)
    {
        Dictionary<string, YamlMappingNode> inSchema = schema.Children.TryGetValue("properties", out YamlNode? properties)
            ? ((YamlMappingNode)properties).ToDictionary(pair => Text(pair.Key), pair => (YamlMappingNode)pair.Value)
            : [];
        Dictionary<string, JsonPropertyInfo> inType = KubernetesSerializer.Options.GetTypeInfo(type).Properties.ToDictionary(property => property.Name);
        differences.AddRange(inType.Keys.Except(inSchema.Keys).Select(name => $"{path}.{name}: not in the schema, so the server drops it"));
        differences.AddRange(inSchema.Keys.Except(inType.Keys).Select(name => $"{path}.{name}: not in {type.Name}"));
        foreach ((string name, YamlMappingNode property) in inSchema.Where(pair => inType.ContainsKey(pair.Key)))
            Compare(differences, $"{path}.{name}", property, inType[name].PropertyType);
    }

    private static void CompareEnum(List<string> differences, string path, YamlMappingNode schema, Type type)
    {
        IEnumerable<string> inType = type.GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetCustomAttribute<System.Text.Json.Serialization.JsonStringEnumMemberNameAttribute>()?.Name ?? field.Name);
        IEnumerable<string> inSchema = schema.Children.TryGetValue("enum", out YamlNode? values) ? ((YamlSequenceNode)values).Select(Text) : [];
        if (!inType.Order().SequenceEqual(inSchema.Order()))
            differences.Add($"{path}: the schema has {string.Join(", ", inSchema)}, {type.Name} has {string.Join(", ", inType)}");
    }

    private static void Undescribed(List<string> silent, string path, YamlMappingNode schema)
    {
        if (!schema.Children.ContainsKey("description") && !path.EndsWith(".metadata", StringComparison.Ordinal) || path.EndsWith(".template.metadata", StringComparison.Ordinal) && !schema.Children.ContainsKey("description"))
            silent.Add(path);
        if (schema.Children.TryGetValue("properties", out YamlNode? properties))
        {
            foreach ((YamlNode name, YamlNode property) in (YamlMappingNode)properties)
                Undescribed(silent, $"{path}.{Text(name)}", (YamlMappingNode)property);
        }
        if (schema.Children.TryGetValue("items", out YamlNode? items) && Text(items["type"]) == "object")
            Undescribed(silent, path + "[]", (YamlMappingNode)items);
    }

    private static string TypeName(Type type) => type switch
    {
        _ when type == typeof(bool) => "boolean",
        _ when type == typeof(int) || type == typeof(long) => "integer",
        _ when type == typeof(string) || type == typeof(DateTime) || type.IsEnum => "string",
        _ when type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>) => "array",
        _ => "object",
    };

    private static bool Has(YamlMappingNode node, string key, string value) => node.Children.TryGetValue(key, out YamlNode? found) && Text(found) == value;

    private static string Text(YamlNode node) => Definition.Text(node);

    private static YamlMappingNode Schema(string plural) => new Definition(plural).Schema;

    private static YamlMappingNode Load(string plural) => new Definition(plural).Root;
}
