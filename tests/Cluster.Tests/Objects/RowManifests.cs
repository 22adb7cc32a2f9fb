using System.Text.Json;
using System.Text.Json.Nodes;

namespace CheckpointOperator.Cluster.Tests.Objects;

/// <summary>The Pods of the rows of docs/compatibility.md.</summary>
public static class RowManifests
{
    /// <summary>The image that holds python3, nginx, Node.js and PostgreSQL.</summary>
    public const string ServicesImage = "checkpoint-operator/services:dev";

    private static readonly string Workloads = Path.Combine(AppContext.BaseDirectory, "Workloads");

    /// <summary>A Pod of one container with the programs in /workloads; container and pod are further members, volumes and mounts further items.</summary>
    public static string Pod(string name, string image, string[] command, string container = "", string volumes = "", string mounts = "", string pod = "") => $$"""
        {{Programs()}}
        ---
        apiVersion: v1
        kind: Pod
        metadata: {name: {{name}}, labels: {app: row} }
        spec:
          terminationGracePeriodSeconds: 1
          automountServiceAccountToken: false
          {{pod}}
          containers:
          - name: row
            image: {{image}}
            imagePullPolicy: IfNotPresent
            command: {{JsonSerializer.Serialize(command)}}
            volumeMounts: [{name: workloads, mountPath: /workloads} {{mounts}}]
            {{container}}
          volumes: [{name: workloads, configMap: {name: programs} } {{volumes}}]
        """;

    /// <summary>A Pod that runs Workloads/kinds.py.</summary>
    public static string KindsPod(string name, string folder, string[] kinds, string container = "", string volumes = "", string mounts = "", string pod = "") =>
        Pod(name, Manifests.Image, ["python3", "-B", "/workloads/kinds.py", folder, .. kinds], container, volumes, mounts, pod);

    private static string Programs() => new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "ConfigMap",
        ["metadata"] = new JsonObject { ["name"] = "programs" },
        ["data"] = new JsonObject(new[] { "kinds.py", "rows.js", "nginx.conf" }.Select(file => KeyValuePair.Create(file, (JsonNode?)File.ReadAllText(Path.Combine(Workloads, file))))),
    }.ToJsonString();
}
