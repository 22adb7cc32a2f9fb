using CheckpointOperator.Kubernetes.Abstractions.Entities;
using CheckpointOperator.Kubernetes.Client;
using CheckpointOperator.Kubernetes.LeaderElection;
using CheckpointOperator.Kubernetes.Tests.Testing;
using k8s.Models;
using Microsoft.Extensions.Time.Testing;

namespace CheckpointOperator.Kubernetes.Tests.LeaderElection;

public sealed class WriteFenceTests : IDisposable
{
    private static readonly NamespacedName Key = new("ns", "a");

    private readonly FakeTimeProvider _time = new();
    private readonly WriteFence _fence;
    private readonly ScriptedApiServer _api;
    private readonly ResourceClient<V1Pod> _pods;

    public WriteFenceTests()
    {
        _fence = new WriteFence(_time);
        _api = new ScriptedApiServer((_, _) => Task.FromResult(ScriptedApiServer.Json("{}")), _time);
        _pods = new ResourceClient<V1Pod>(new ApiServer(_api.Connection, _time, _fence), _time);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Nothing_is_written_before_the_leadership_nor_after_its_deadline_and_reading_is_free()
    {
        await Assert.ThrowsAsync<NotLeaderException>(() => _pods.DeleteAsync(Key, null, Cancel));
        _fence.Open(_time.GetTimestamp(), TimeSpan.FromSeconds(10));
        Assert.True(await _pods.DeleteAsync(Key, null, Cancel));

        // No timer is needed: the clock alone says so.
        _time.Advance(TimeSpan.FromSeconds(10));
        NotLeaderException refusal = await Assert.ThrowsAsync<NotLeaderException>(() => _pods.DeleteAsync(Key, null, Cancel));
        Assert.Contains("DELETE Pod ns/a", refusal.Message, StringComparison.Ordinal);
        await _pods.GetAsync(Key, Cancel);
        Assert.Equal(["DELETE", "GET"], _api.Requests.Select(request => request.Split(' ')[0]));
    }

    [Fact]
    public async Task A_renewal_whose_answer_came_too_late_opens_nothing()
    {
        long asked = _time.GetTimestamp();
        _time.Advance(TimeSpan.FromSeconds(11));
        _fence.Open(asked, TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<NotLeaderException>(() => _pods.DeleteAsync(Key, null, Cancel));
        Assert.Empty(_api.Requests);
    }
}
