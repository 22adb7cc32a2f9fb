using System.Globalization;
using System.Net;
using System.Text.Json;
using CheckpointOperator.Kubernetes.Json;
using CheckpointOperator.Kubernetes.Tests.Testing;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.LeaderElection;

/// <summary>One lease, with the API server's rules for resourceVersion.</summary>
internal sealed class LeaseServer
{
    private readonly Lock _lock = new();
    private int _version;

    public LeaseServer(TimeProvider time) => Api = new ScriptedApiServer((request, body) => Task.FromResult(Answer(request, body)), time);

    public ScriptedApiServer Api { get; }

    public V1Lease? Lease { get; private set; }

    /// <summary>Answers every request with 503.</summary>
    public bool IsAway { get; set; }

    public void Put(V1Lease lease)
    {
        lock (_lock)
        {
            lease.Metadata.ResourceVersion = (++_version).ToString(CultureInfo.InvariantCulture);
            Lease = lease;
        }
    }

    /// <summary>The lease as it is now, as an object of its own.</summary>
    public V1Lease Copy() => KubernetesSerializer.Clone(Lease!);

    private HttpResponseMessage Answer(HttpRequestMessage request, string body)
    {
        lock (_lock)
        {
            if (IsAway)
                return ScriptedApiServer.Failure(503, "ServiceUnavailable");
            if (request.Method == HttpMethod.Get)
                return Lease is null ? ScriptedApiServer.Failure(404, "NotFound") : Written();
            V1Lease sent = JsonSerializer.Deserialize(body, KubernetesSerializer.TypeInfo<V1Lease>())!;
            if (request.Method == HttpMethod.Post && Lease is not null)
                return ScriptedApiServer.Failure(409, "AlreadyExists");
            if (request.Method == HttpMethod.Put && sent.Metadata.ResourceVersion != Lease?.Metadata.ResourceVersion)
                return ScriptedApiServer.Failure(409, "Conflict");
            Put(sent);
            return Written();
        }
    }

    private HttpResponseMessage Written() => ScriptedApiServer.Json(JsonSerializer.Serialize(Lease!, KubernetesSerializer.TypeInfo<V1Lease>()), HttpStatusCode.OK);
}
