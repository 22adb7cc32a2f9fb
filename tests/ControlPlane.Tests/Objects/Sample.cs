using System.Collections;
using System.Reflection;

namespace CheckpointOperator.ControlPlane.Tests.Objects;

/// <summary>Objects of the API's types in which every field has a value, as the schema allows it.</summary>
internal static class Sample
{
    private static readonly DateTime Time = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    /// <summary>A value for a type.</summary>
    public static T Of<T>() => (T)Of(typeof(T), typeof(T).Name);

    private static object Of(Type type, string name) => (Nullable.GetUnderlyingType(type) ?? type) switch
    {
        { } text when text == typeof(string) => Text(name),
        { } flag when flag == typeof(bool) => true,
        { } small when small == typeof(int) => 7,
        { } large when large == typeof(long) => 5_000_000_000,
        { } time when time == typeof(DateTime) => Time,
        { IsEnum: true } choice => choice.GetEnumValues().Cast<object>().Last(),
        { } condition when condition == typeof(V1Condition) => new V1Condition { Type = "Ready", Status = "True", Reason = "Ready", Message = "a message", LastTransitionTime = Time, ObservedGeneration = 1 },
        { } toleration when toleration == typeof(V1Toleration) => new V1Toleration { Key = "a", OperatorProperty = "Exists", Effect = "NoExecute", TolerationSeconds = 7 },
        { } affinity when affinity == typeof(V1Affinity) => new V1Affinity { PodAntiAffinity = new V1PodAntiAffinity() },
        { } resources when resources == typeof(V1ResourceRequirements) => new V1ResourceRequirements { Limits = new Dictionary<string, ResourceQuantity> { ["memory"] = new("64Mi") } },
        { } volume when volume == typeof(V1Volume) => new V1Volume { Name = "data", ConfigMap = new V1ConfigMapVolumeSource { Name = "settings", Optional = true } },
        { } template when template == typeof(V1PodTemplateSpec) => Template(),
        { IsGenericType: true } list when list.GetGenericTypeDefinition() == typeof(IList<>) => List(list.GetGenericArguments()[0], name),
        { IsGenericType: true } map when map.GetGenericTypeDefinition() == typeof(IDictionary<,>) => new Dictionary<string, string> { ["a.example/b"] = "c" },
        { } ours when ours.Namespace == typeof(ContainerCheckpointSpec).Namespace => Fill(ours),
        { } unknown => throw new NotSupportedException($"{name} is a {unknown}: give it a value here."),
    };

    private static object Fill(Type type)
    {
        object made = Activator.CreateInstance(type)!;
        foreach (PropertyInfo property in type.GetProperties().Where(property => property.CanWrite))
            property.SetValue(made, Of(property.PropertyType, property.Name));
        return made;
    }

    private static IList List(Type element, string name)
    {
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
        list.Add(Of(element, name));
        return list;
    }

    private static string Text(string name) => name switch
    {
        "Timeout" or "Ttl" => "90s",
        "Digest" or "FeaturesDigest" => $"sha256:{new string('a', 64)}",
        "Checkpoint" or "Pod" or "PodName" => "a-name.with-dots",
        _ => "text",
    };

    private static V1PodTemplateSpec Template() => new()
    {
        Metadata = new V1ObjectMeta { Labels = new Dictionary<string, string> { ["app"] = "web" } },
        Spec = new V1PodSpec
        {
            Containers = [new V1Container { Name = "main", Image = "web:1", Command = ["sleep"], SecurityContext = new V1SecurityContext { RunAsUser = 1000 } }],
            Volumes = [new V1Volume { Name = "data", EmptyDir = new V1EmptyDirVolumeSource { SizeLimit = new ResourceQuantity("1Gi") } }],
        },
    };
}
