using System.Text;
using System.Text.Json;
using CheckpointOperator.Kubernetes.Api.V1Alpha1;
using CheckpointOperator.Kubernetes.Client;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Client;

public sealed class WatchEventReaderTests
{
    [Fact]
    public void An_object_of_a_core_kind_is_read()
    {
        WatchEvent<V1Pod> read = Read<V1Pod>("""{"type":"MODIFIED","object":{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","namespace":"b","resourceVersion":"7"},"spec":{"containers":[{"name":"c","resources":{"limits":{"cpu":"500m"}}}]},"status":{"phase":"Running","startTime":"2026-11-23T12:00:00Z"}}}""");

        Assert.Equal(WatchEventType.Modified, read.Type);
        Assert.Equal("7", read.Entity.Metadata.ResourceVersion);
        Assert.Equal("500m", read.Entity.Spec.Containers[0].Resources.Limits["cpu"].ToString());
        Assert.Equal(new DateTime(2026, 11, 23, 12, 0, 0, DateTimeKind.Utc), read.Entity.Status.StartTime);
    }

    [Fact]
    public void An_object_of_this_operator_is_read()
    {
        WatchEvent<V1Alpha1ContainerCheckpoint> read = Read<V1Alpha1ContainerCheckpoint>("""{"type":"ADDED","object":{"apiVersion":"checkpoint-operator.io/v1alpha1","kind":"ContainerCheckpoint","metadata":{"name":"a"},"spec":{"pod":"p","deletionPolicy":"Retain"},"status":{"phase":"Running","podUID":"u","container":{"dialect":"CRI-O"}}}}""");

        Assert.Equal(WatchEventType.Added, read.Type);
        Assert.Equal("p", read.Entity.Spec.Pod);
        Assert.Equal(DeletionPolicy.Retain, read.Entity.Spec.DeletionPolicy);
        Assert.Equal(CheckpointPhase.Running, read.Entity.Status.Phase);
        Assert.Equal("u", read.Entity.Status.PodUID);
        Assert.Equal(ArchiveDialect.CriO, read.Entity.Status.Container!.Dialect);
    }

    [Fact]
    public void The_object_may_stand_before_the_type() =>
        Assert.Equal("a", Read<V1Pod>("""{"object":{"metadata":{"name":"a"}},"unknown":{"x":[1,2]},"type":"DELETED"}""").Entity.Metadata.Name);

    [Fact]
    public void A_bookmark_has_only_its_resource_version()
    {
        WatchEvent<V1Pod> read = Read<V1Pod>("""{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"12746","creationTimestamp":null},"spec":{"containers":null},"status":{}}}""");
        Assert.Equal(WatchEventType.Bookmark, read.Type);
        Assert.Equal("12746", read.Entity.Metadata.ResourceVersion);
    }

    [Theory]
    [InlineData("""{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: 1 (9)","reason":"Expired","code":410}}""")]
    [InlineData("""{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version: 1 (9)","reason":"Gone","code":410}}""")]
    public void An_error_event_of_a_version_that_is_too_old_is_an_expiry(string line)
    {
        ApiServerException error = Assert.Throws<ApiServerException>(() => Read<V1Pod>(line));
        Assert.True(error.IsExpired);
        Assert.Contains("WATCH pods", error.Message, StringComparison.Ordinal);
        Assert.Contains("too old resource version", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_other_error_event_is_no_expiry()
    {
        ApiServerException error = Assert.Throws<ApiServerException>(() =>
            Read<V1Pod>("""{"type":"ERROR","object":{"kind":"Status","status":"Failure","message":"etcd is away","reason":"InternalError","code":500,"details":{"retryAfterSeconds":3}}}"""));
        Assert.False(error.IsExpired);
        Assert.Equal(TimeSpan.FromSeconds(3), error.RetryAfter);
    }

    [Theory]
    [InlineData("""{"type":"ADDED"}""")]
    [InlineData("""{"object":{}}""")]
    [InlineData("""{"type":"RENAMED","object":{}}""")]
    [InlineData("""{"type":"ADDED","object":{"metadata":""")]
    public void What_is_no_event_is_refused(string line) => Assert.ThrowsAny<JsonException>(() => Read<V1Pod>(line));

    private static WatchEvent<TEntity> Read<TEntity>(string line)
        where TEntity : class, k8s.IKubernetesObject<V1ObjectMeta> => WatchEventReader.Read<TEntity>(Encoding.UTF8.GetBytes(line), "WATCH pods");
}
