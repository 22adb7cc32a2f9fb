using System.Text.Json;
using System.Text.Json.Nodes;
using CheckpointOperator.Kubernetes.Abstractions.Events;
using CheckpointOperator.Kubernetes.Client;
using CheckpointOperator.Kubernetes.Events;
using CheckpointOperator.Kubernetes.Json;
using CheckpointOperator.Kubernetes.Tests.Testing;
using k8s.Models;
using Microsoft.Extensions.Logging;

namespace CheckpointOperator.Kubernetes.Tests.Events;

public sealed class EventRecorderTests : IDisposable
{
    private readonly List<JsonNode> _bodies = [];
    private readonly ScriptedApiServer _api;
    private readonly EventRecorder _recorder;
    private readonly V1Node _node = new() { ApiVersion = "v1", Kind = "Node", Metadata = new V1ObjectMeta { Name = "n1", Uid = "u" } };
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly RecordingLogger<EventRecorder> _log = new();
    private Func<HttpRequestMessage, Task>? _before;

    public EventRecorderTests()
    {
        _api = new ScriptedApiServer(AnswerAsync, TimeProvider.System);
        _recorder = new EventRecorder(new ResourceClient<Corev1Event>(_api.Server, TimeProvider.System), Settings.Make(), Settings.Metrics(), TimeProvider.System, _log);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _recorder.Dispose();
        _api.Dispose();
    }

    [Fact]
    public async Task The_first_is_created_the_same_again_counts_and_all_are_written_before_the_end()
    {
        await PublishAsync("Ready", "went well");
        await PublishAsync("Ready", "went well");
        await PublishAsync("Other", "something else");
        await RunAsync();

        Assert.Equal(["POST", "PATCH", "POST"], _api.Requests.Select(request => request.Split(' ')[0]));
        Assert.StartsWith("POST /api/v1/namespaces/default/events", _api.Requests.First(), StringComparison.Ordinal);
        Assert.Equal("n1", _bodies[0]["involvedObject"]!["name"]!.GetValue<string>());
        Assert.Equal("test", _bodies[0]["source"]!["component"]!.GetValue<string>());
        Assert.Equal(2, _bodies[1]["count"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_server_that_hangs_does_not_keep_the_one_who_publishes()
    {
        TaskCompletionSource gate = new();
        _before = _ => gate.Task;
        await _recorder.StartAsync(Cancel);
        for (int index = 0; index < 5000; index++)
            await PublishAsync("Ready", $"message {index}").WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        // A recorder that is ended before it began asks nothing.
        await _asked.Task.WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        gate.SetResult();
        await _recorder.StopAsync(Cancel);

        // More than the queue holds was dropped; of what it held, one object gets its burst.
        Assert.InRange(_api.Requests.Count, 1, 25);
    }

    [Fact]
    public async Task One_that_the_server_refuses_does_not_keep_the_next()
    {
        int asked = 0;
        _before = _ => ++asked == 1 ? throw new ApiServerException("POST Event", new V1Status { Code = 403, Reason = "Forbidden" }) : Task.CompletedTask;
        await PublishAsync("Ready", "refused");
        await PublishAsync("Ready", "written");
        await RunAsync();
        Assert.Equal("written", Assert.Single(_bodies)["message"]!.GetValue<string>());
    }

    [Fact]
    public async Task One_in_a_namespace_that_is_being_deleted_is_no_fault()
    {
        V1Status terminating = new()
        {
            Code = 403,
            Reason = "Forbidden",
            Message = "unable to create new content in namespace web because it is being terminated",
            Details = new V1StatusDetails { Causes = [new V1StatusCause { Field = "metadata.namespace", Reason = "NamespaceTerminating" }] },
        };
        _before = _ => throw new ApiServerException("POST Event", terminating);
        await PublishAsync("Ready", "nobody reads this");
        await RunAsync();
        Assert.Equal([LogLevel.Debug], _log.Levels);
    }

    [Fact]
    public async Task One_that_the_account_may_not_write_is_a_fault()
    {
        _before = _ => throw new ApiServerException("POST Event", new V1Status { Code = 403, Reason = "Forbidden", Message = "User \"agent\" cannot create resource \"events\"" });
        await PublishAsync("Ready", "refused");
        await RunAsync();
        Assert.Equal([LogLevel.Warning], _log.Levels);
    }

    /// <summary>Ends it as soon as it has begun, with the rest still waiting.</summary>
    private async Task RunAsync()
    {
        await _recorder.StartAsync(Cancel);
        await _asked.Task.WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        await _recorder.StopAsync(Cancel);
    }

    private Task PublishAsync(string reason, string message) => _recorder.PublishAsync(_node, reason, message, EventType.Normal, Cancel);

    private async Task<HttpResponseMessage> AnswerAsync(HttpRequestMessage request, string body)
    {
        _asked.TrySetResult();
        await (_before?.Invoke(request) ?? Task.CompletedTask);
        JsonNode sent = JsonNode.Parse(body)!;
        _bodies.Add(sent);
        Corev1Event stored = JsonSerializer.Deserialize(sent, KubernetesSerializer.TypeInfo<Corev1Event>())!;
        stored.Metadata.ResourceVersion = "1";
        stored.Metadata.Name ??= "n1.1";
        stored.Metadata.NamespaceProperty ??= "default";
        return ScriptedApiServer.Json(JsonSerializer.Serialize(stored, KubernetesSerializer.TypeInfo<Corev1Event>()));
    }
}
