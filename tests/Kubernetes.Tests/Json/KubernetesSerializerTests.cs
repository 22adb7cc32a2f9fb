using System.Text.Json;
using CheckpointOperator.Kubernetes.Json;
using k8s;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Json;

public sealed class KubernetesSerializerTests
{
    private const string Pod = """
        {"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","creationTimestamp":"2026-11-23T18:00:00Z","labels":{"UPPER":"x"}},
         "spec":{"containers":[{"name":"c","image":"i","resources":{"limits":{"memory":"64Mi","cpu":"100m"}},
          "livenessProbe":{"httpGet":{"port":"http"},"periodSeconds":3},"readinessProbe":{"tcpSocket":{"port":8080}},
          "env":[{"name":"A","valueFrom":{"fieldRef":{"fieldPath":"status.podIP"}}}]}],
          "volumes":[{"name":"v","emptyDir":{"medium":"Memory","sizeLimit":"1Gi"}},{"name":"s","projected":{"sources":[{"serviceAccountToken":{"path":"t","expirationSeconds":3600}}]}}]},
         "status":{"phase":"Running","startTime":"2026-11-23T18:00:01.5Z","containerStatuses":[{"name":"c","image":"i","imageID":"","ready":true,"restartCount":0,"state":{"running":{"startedAt":"2026-11-23T18:00:02Z"}}}]}}
        """;

    private const string Event = """
        {"metadata":{"name":"e","namespace":"n"},"involvedObject":{"kind":"Pod","name":"a"},"reason":"R","message":"m","type":"Normal","count":2,
         "firstTimestamp":"2026-11-23T18:00:00Z","lastTimestamp":"2026-11-23T18:00:00Z","eventTime":"2026-11-23T18:00:00.123456Z"}
        """;

    private const string Lease = """{"metadata":{"name":"l"},"spec":{"holderIdentity":"a","leaseDurationSeconds":15,"renewTime":"2026-11-23T18:00:00.123456Z"}}""";

    private const string Status = """{"kind":"Status","status":"Failure","message":"no","reason":"Conflict","code":409,"details":{"name":"a","causes":[{"reason":"r","message":"m","field":"f"}],"retryAfterSeconds":1}}""";

    [Fact]
    public void What_the_client_reads_and_writes_is_read_and_written_the_same()
    {
        Same<V1Pod>(Pod);
        Same<Corev1Event>(Event);
        Same<V1Lease>(Lease);
        // The client cannot write one.
        V1Status status = JsonSerializer.Deserialize(Status, KubernetesSerializer.TypeInfo<V1Status>())!;
        Assert.Equal((409, "Conflict", "no", 1), (status.Code, status.Reason, status.Message, status.Details.RetryAfterSeconds));
        Same<V1DeleteOptions>("""{"gracePeriodSeconds":0,"preconditions":{"uid":"u","resourceVersion":"1"},"propagationPolicy":"Background"}""");
        Same<V1Node>("""{"metadata":{"name":"n"},"status":{"capacity":{"memory":"8Gi"},"conditions":[{"type":"Ready","status":"True","lastHeartbeatTime":"2026-11-23T18:00:00Z"}]}}""");

        static void Same<T>(string json)
        {
            string ours = JsonSerializer.Serialize(JsonSerializer.Deserialize(json, KubernetesSerializer.TypeInfo<T>())!, KubernetesSerializer.TypeInfo<T>());
            Assert.Equal(KubernetesJson.Serialize(KubernetesJson.Deserialize<T>(json)!), ours);
            Assert.Contains("\"", ours, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Who_set_which_field_is_not_read()
    {
        const string Managed = """{"metadata":{"name":"a","managedFields":[{"manager":"kubectl","operation":"Update","fieldsV1":{"f:metadata":{"f:labels":{".":{}}}}}],"uid":"u"}}""";
        V1Pod pod = JsonSerializer.Deserialize(Managed, KubernetesSerializer.TypeInfo<V1Pod>())!;
        Assert.Null(pod.Metadata.ManagedFields);
        Assert.Equal(("a", "u"), (pod.Metadata.Name, pod.Metadata.Uid));
    }

    [Fact]
    public void A_copy_is_equal_and_not_the_same()
    {
        V1Pod pod = JsonSerializer.Deserialize(Pod, KubernetesSerializer.TypeInfo<V1Pod>())!;
        V1Pod copy = KubernetesSerializer.Clone(pod);
        Assert.Equal(KubernetesSerializer.ToObject(pod).ToJsonString(), KubernetesSerializer.ToObject(copy).ToJsonString());
        copy.Spec.Containers[0].Name = "other";
        Assert.Equal("c", pod.Spec.Containers[0].Name);
        Assert.Equal(8080, long.Parse(pod.Spec.Containers[0].ReadinessProbe.TcpSocket.Port.Value, System.Globalization.CultureInfo.InvariantCulture));
    }
}
