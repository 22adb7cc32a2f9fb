using System.Text.Json;

namespace CheckpointOperator.Cluster.Tests.Objects;

/// <summary>The objects that the tests apply, as a user would write them.</summary>
public static class Manifests
{
    /// <summary>The image that holds python3, redis-server and busybox.</summary>
    public const string Image = "checkpoint-operator/workload:dev";

    private static readonly string Workloads = Path.Combine(AppContext.BaseDirectory, "Workloads");

    /// <summary>The ConfigMaps of the server: its programs and its setting.</summary>
    public static string ServerConfigMaps() => string.Join("\n---\n", ConfigMap("workloads", Programs()), Setting());

    /// <summary>The server's setting, in a ConfigMap of its own.</summary>
    public static string Setting() => ConfigMap("setting", new Dictionary<string, string> { ["greeting"] = "hello" });

    /// <summary>Workloads/server.py in a Pod: threads, a listener, an open file in an emptyDir and one in a ConfigMap volume.</summary>
    public static string ServerPod(string name, string runtimeClass = "", string annotations = "{}", string setting = "setting") => $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{name}}, labels: {app: {{name}} }, annotations: {{annotations}} }
        spec:
          terminationGracePeriodSeconds: 1
          automountServiceAccountToken: false
          runtimeClassName: {{(runtimeClass.Length == 0 ? "null" : runtimeClass)}}
          containers:
          - name: server
            image: {{Image}}
            imagePullPolicy: IfNotPresent
            command: [python3, /workloads/server.py]
            volumeMounts:
            - {name: data, mountPath: /data}
            - {name: setting, mountPath: /conf}
            - {name: workloads, mountPath: /workloads}
            readinessProbe: {tcpSocket: {port: 8080}, periodSeconds: 1}
          volumes:
          - {name: data, emptyDir: {} }
          - {name: setting, configMap: {name: {{setting}} } }
          - {name: workloads, configMap: {name: workloads} }
        """;

    /// <summary>Workloads/client.py in a Pod, connected to an address.</summary>
    public static string ClientPod(string name, string address) => $$"""
        apiVersion: v1
        kind: Pod
        metadata: {name: {{name}} }
        spec:
          terminationGracePeriodSeconds: 1
          automountServiceAccountToken: false
          restartPolicy: Never
          containers:
          - name: client
            image: {{Image}}
            imagePullPolicy: IfNotPresent
            command: [python3, /workloads/client.py, "{{address}}"]
            volumeMounts: [{name: workloads, mountPath: /workloads}]
          volumes: [{name: workloads, configMap: {name: workloads} }]
        """;

    /// <summary>A Pod whose containers run shell commands.</summary>
    public static string ShellPod(string name, string restartPolicy, params IEnumerable<(string Container, string Script)> containers) => JsonSerializer.Serialize(new
    {
        apiVersion = "v1",
        kind = "Pod",
        metadata = new { name },
        spec = new
        {
            terminationGracePeriodSeconds = 1,
            automountServiceAccountToken = false,
            restartPolicy,
            containers = containers.Select(container => new
            {
                name = container.Container,
                image = Image,
                imagePullPolicy = "IfNotPresent",
                command = new[] { "sh", "-c", container.Script },
            }),
        },
    });

    /// <summary>A ContainerCheckpoint; fields are further lines of its spec, as name: value.</summary>
    public static string Checkpoint(string name, string pod, params IEnumerable<string> fields) => $$"""
        apiVersion: checkpoint-operator.io/v1alpha1
        kind: ContainerCheckpoint
        metadata: {name: {{name}} }
        spec: { {{string.Join(", ", [$"pod: {pod}", .. fields])}} }
        """;

    /// <summary>A ContainerRestore; fields are further lines of its spec, as name: value.</summary>
    public static string Restore(string name, string checkpoint, params IEnumerable<string> fields) => $$"""
        apiVersion: checkpoint-operator.io/v1alpha1
        kind: ContainerRestore
        metadata: {name: {{name}} }
        spec: { {{string.Join(", ", [$"checkpoint: {checkpoint}", .. fields])}} }
        """;

    /// <summary>A ContainerRestore of several containers, each with its checkpoint; fields are further lines of its spec, as name: value.</summary>
    public static string RestoreContainers(string name, IEnumerable<(string Container, string Checkpoint)> containers, params IEnumerable<string> fields) => $$"""
        apiVersion: checkpoint-operator.io/v1alpha1
        kind: ContainerRestore
        metadata: {name: {{name}} }
        spec: { {{string.Join(", ", [$"containers: [{string.Join(", ", containers.Select(one => $"{{name: {one.Container}, checkpoint: {one.Checkpoint}}}"))}]", .. fields])}} }
        """;

    private static Dictionary<string, string> Programs() =>
        Directory.EnumerateFiles(Workloads).ToDictionary(path => Path.GetFileName(path), File.ReadAllText);

    private static string ConfigMap(string name, Dictionary<string, string> data) =>
        JsonSerializer.Serialize(new { apiVersion = "v1", kind = "ConfigMap", metadata = new { name }, data });
}
