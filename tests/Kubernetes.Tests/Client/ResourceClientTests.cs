using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Kubernetes.Client;
using CheckpointOperator.Kubernetes.Json;
using CheckpointOperator.Kubernetes.Tests.Testing;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;

namespace CheckpointOperator.Kubernetes.Tests.Client;

public sealed class ResourceClientTests : IDisposable
{
    private readonly List<JsonObject> _patches = [];
    private readonly ScriptedApiServer _api;
    private readonly ResourceClient<V1Alpha1ContainerCheckpoint> _client;
    private V1Alpha1ContainerCheckpoint? _stored = Checkpoint(5);

    public ResourceClientTests()
    {
        _api = new ScriptedApiServer((request, body) => Task.FromResult(Answer(request, body)), TimeProvider.System);
        _client = new ResourceClient<V1Alpha1ContainerCheckpoint>(_api.Server, TimeProvider.System);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task A_change_that_makes_no_difference_is_not_written()
    {
        V1Alpha1ContainerCheckpoint read = Checkpoint(5);
        V1Alpha1ContainerCheckpoint after = await _client.PatchStatusAsync(read, entity => entity.Status.Phase = read.Status.Phase, Cancel);
        Assert.Same(read, after);
        Assert.Empty(_api.Requests);
    }

    [Fact]
    public async Task A_status_patch_has_what_changed_with_the_version_it_was_computed_from_and_clears_what_was_taken_out()
    {
        V1Alpha1ContainerCheckpoint read = Checkpoint(5);
        read.Status.Message = "old";
        await _client.PatchStatusAsync(
            read,
            entity =>
            {
                entity.Status.Phase = CheckpointPhase.Ready;
                entity.Status.Message = null;
                entity.Spec.Pod = "not the status";
                entity.Metadata.Labels = new Dictionary<string, string> { ["not"] = "status" };
            },
            Cancel);

        Assert.Equal("PATCH /apis/checkpoint-operator.io/v1alpha1/namespaces/ns/containercheckpoints/a/status", Assert.Single(_api.Requests));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"status":{"message":null,"phase":"Ready"},"metadata":{"resourceVersion":"5","uid":"u"}}"""), Assert.Single(_patches)), _patches[0].ToJsonString());
        Assert.Equal("old", read.Status.Message);
    }

    [Fact]
    public async Task A_conflict_is_computed_again_from_what_the_server_has()
    {
        _stored = Checkpoint(9);
        _stored.Status.Engine = CheckpointEngine.Kubelet;
        List<CheckpointEngine?> seen = [];
        V1Alpha1ContainerCheckpoint after = await _client.PatchStatusAsync(
            Checkpoint(5),
            entity =>
            {
                seen.Add(entity.Status.Engine);
                entity.Status.Message = $"by {entity.Status.Engine}";
            },
            Cancel);

        Assert.Equal([null, CheckpointEngine.Kubelet], seen);
        Assert.Equal("9", _patches[^1]["metadata"]!["resourceVersion"]!.GetValue<string>());
        Assert.Equal("10", after.Metadata.ResourceVersion);
    }

    [Fact]
    public async Task A_conflict_with_a_new_object_of_the_old_name_is_told_and_that_object_left_alone()
    {
        _stored = Checkpoint(9);
        _stored.Metadata.Uid = "another";
        ApiServerException error = await Assert.ThrowsAsync<ApiServerException>(() => _client.PatchStatusAsync(Checkpoint(5), entity => entity.Status.Message = "x", Cancel));
        Assert.True(error.IsConflict);
        Assert.Single(_patches);
    }

    [Fact]
    public async Task What_is_not_there_is_null_to_get_and_false_to_delete()
    {
        _stored = null;
        Assert.Null(await _client.GetAsync(new NamespacedName("ns", "a"), Cancel));
        Assert.False(await _client.DeleteAsync(Checkpoint(5), Cancel));
        Assert.False(await _client.DeleteAsync(new NamespacedName("ns", "a"), null, Cancel));
    }

    [Fact]
    public async Task Only_the_very_object_is_deleted()
    {
        _stored!.Metadata.Uid = "another";
        Assert.False(await _client.DeleteAsync(Checkpoint(5), Cancel));
        Assert.NotNull(_stored);
        _stored.Metadata.Uid = "u";
        Assert.True(await _client.DeleteAsync(Checkpoint(5), Cancel));
        Assert.Null(_stored);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_is_given_up_after_half_a_minute()
    {
        FakeTimeProvider time = new();
        TaskCompletionSource<HttpResponseMessage> never = new();
        using ScriptedApiServer silent = new((_, _) => never.Task, time);
        Task<V1Pod?> asked = new ResourceClient<V1Pod>(silent.Server, time).GetAsync(new NamespacedName("ns", "a"), Cancel);
        time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(asked.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        TimeoutException error = await Assert.ThrowsAsync<TimeoutException>(() => asked);
        Assert.Contains("GET Pod ns/a", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_is_not_the_servers_own_is_told_as_it_is()
    {
        using ScriptedApiServer proxy = new(
            (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadGateway) { Content = new StringContent("<html>no upstream</html>"), Headers = { { "Retry-After", "4" } } }), TimeProvider.System);
        ApiServerException error = await Assert.ThrowsAsync<ApiServerException>(() => new ResourceClient<V1Pod>(proxy.Server, TimeProvider.System).GetAsync(new NamespacedName("ns", "a"), Cancel));
        Assert.Contains("no upstream", error.Message, StringComparison.Ordinal);
        Assert.Equal(TimeSpan.FromSeconds(4), error.RetryAfter);
    }

    private static V1Alpha1ContainerCheckpoint Checkpoint(int version) => new()
    {
        Metadata = new V1ObjectMeta { Name = "a", NamespaceProperty = "ns", Uid = "u", ResourceVersion = $"{version}" },
        Spec = { Pod = "p" },
        Status = { Phase = CheckpointPhase.Running },
    };

    private HttpResponseMessage Answer(HttpRequestMessage request, string body)
    {
        if (_stored is null)
            return ScriptedApiServer.Failure(404, "NotFound");
        if (request.Method == HttpMethod.Get)
            return Stored();
        JsonObject sent = JsonNode.Parse(body)!.AsObject();
        if (request.Method == HttpMethod.Delete)
        {
            if (sent["preconditions"]?["uid"]?.GetValue<string>() != _stored.Metadata.Uid)
                return ScriptedApiServer.Failure(409, "Conflict");
            _stored = null;
            return ScriptedApiServer.Json("{}");
        }
        Assert.Equal("application/merge-patch+json", request.Content!.Headers.ContentType!.MediaType);
        _patches.Add(sent);
        if (sent["metadata"]!["resourceVersion"]!.GetValue<string>() != _stored.Metadata.ResourceVersion)
            return ScriptedApiServer.Failure(409, "Conflict");
        _stored.Metadata.ResourceVersion = (int.Parse(_stored.Metadata.ResourceVersion, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
        return Stored();
    }

    private HttpResponseMessage Stored() => ScriptedApiServer.Json(JsonSerializer.Serialize(_stored!, KubernetesSerializer.TypeInfo<V1Alpha1ContainerCheckpoint>()));
}
