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
        { "checkpoint-operator.io_checkpointnodes.yaml", typeof(V1Alpha1CheckpointNode) },
        { "checkpoint-operator.io_containercheckpoints.yaml", typeof(V1Alpha1ContainerCheckpoint) },
        { "checkpoint-operator.io_containerrestores.yaml", typeof(V1Alpha1ContainerRestore) },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_schema_has_the_fields_of_the_type_and_no_others(string file, Type type)
    {
        List<string> differences = [];
        YamlMappingNode schema = Schema(file);
        foreach (string part in (string[])["spec", "status"])
            Compare(differences, part, (YamlMappingNode)schema["properties"][part], KubernetesSerializer.Options.GetTypeInfo(type).Properties.Single(property => property.Name == part).PropertyType);
        Assert.Empty(differences);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_field_is_described(string file, Type type)
    {
        List<string> silent = [];
        Undescribed(silent, type.Name, Schema(file));
        Assert.Empty(silent);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_names_are_those_that_the_type_asks_the_server_for(string file, Type type)
    {
        YamlMappingNode spec = (YamlMappingNode)Load(file)["spec"];
        EntityMetadata kind = (EntityMetadata)typeof(EntityMetadata).GetMethod(nameof(EntityMetadata.Of))!.MakeGenericMethod(type).Invoke(null, null)!;

        Assert.Equal(kind.Group, Text(spec["group"]));
        Assert.Equal(kind.Kind, Text(spec["names"]["kind"]));
        Assert.Equal(kind.PluralName, Text(spec["names"]["plural"]));
        Assert.Equal(kind.Version, Text(spec["versions"][0]["name"]));
        Assert.Equal($"{kind.PluralName}.{kind.Group}", Text(Load(file)["metadata"]["name"]));
        Assert.Equal(["checkpoint"], ((YamlSequenceNode)spec["names"]["categories"]).Select(Text));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Columns_and_selectable_fields_name_fields_that_exist(string file, Type type)
    {
        YamlMappingNode version = (YamlMappingNode)Load(file)["spec"]["versions"][0];
        IEnumerable<YamlNode> columns = (YamlSequenceNode)version["additionalPrinterColumns"];
        if (version.Children.TryGetValue("selectableFields", out YamlNode? selectable))
            columns = columns.Concat((YamlSequenceNode)selectable);
        foreach (string path in columns.Select(column => Text(column["jsonPath"])).Where(path => path != ".metadata.creationTimestamp"))
        {
            YamlNode node = Schema(file);
            foreach (string name in path.TrimStart('.').Replace("[?(@", "!", StringComparison.Ordinal).Split('.').Select(part => part.Split('!', '=', ')', ']')[0]).Where(part => part.Length > 0 && part != "type"))
            {
                node = ((YamlMappingNode)node).Children.TryGetValue("items", out YamlNode? items) ? items : node;
                Assert.True(((YamlMappingNode)node["properties"]).Children.TryGetValue(name, out YamlNode? found), $"{type.Name} has no {path}");
                node = found;
            }
        }
    }

    [Fact]
    public void The_defaults_are_the_types_own()
    {
        YamlMappingNode checkpoint = (YamlMappingNode)Schema("checkpoint-operator.io_containercheckpoints.yaml")["properties"]["spec"]["properties"];
        ContainerCheckpointSpec spec = new();
        Assert.Equal(spec.Engine.ToString(), Text(checkpoint["engine"]["default"]));
        Assert.Equal(spec.AfterCheckpoint.ToString(), Text(checkpoint["afterCheckpoint"]["default"]));
        Assert.Equal(spec.Volumes.ToString(), Text(checkpoint["volumes"]["default"]));
        Assert.Equal(spec.DeletionPolicy.ToString(), Text(checkpoint["deletionPolicy"]["default"]));

        YamlMappingNode restore = (YamlMappingNode)Schema("checkpoint-operator.io_containerrestores.yaml")["properties"]["spec"]["properties"];
        ContainerRestoreSpec restoreSpec = new();
        Assert.Equal(restoreSpec.OnContainerRestart.ToString(), Text(restore["onContainerRestart"]["default"]));
        Assert.Equal(restoreSpec.TcpConnections.ToString(), Text(restore["tcpConnections"]["default"]));
        Assert.Equal(restoreSpec.Target.ToString(), Text(restore["target"]["default"]));
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

    private static string Text(YamlNode node) => ((YamlScalarNode)node).Value!;

    private static YamlMappingNode Schema(string file) => (YamlMappingNode)Load(file)["spec"]["versions"][0]["schema"]["openAPIV3Schema"];

    private static YamlMappingNode Load(string file)
    {
        using StreamReader reader = new(Path.Combine(AppContext.BaseDirectory, "crd", file));
        YamlStream yaml = new();
        yaml.Load(reader);
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }
}
