using System.Diagnostics;
using CheckpointOperator.Kubernetes.Tracing;
using k8s.Models;

namespace CheckpointOperator.Kubernetes.Tests.Tracing;

public sealed class TraceContextTests
{
    private const string Key = "example.com/traceparent";
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public void An_annotation_names_the_trace_and_the_span_above()
    {
        ActivityContext context = TraceContext.Of(Annotated($"00-{Trace}-b7ad6b7169203331-01"), Key);
        Assert.Equal((Trace, "b7ad6b7169203331", true), (context.TraceId.ToHexString(), context.SpanId.ToHexString(), context.IsRemote));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00-00000000000000000000000000000000-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333\"-01")]
    public void What_is_no_traceparent_names_nothing(string value) => Assert.Equal(default, TraceContext.Of(Annotated(value), Key));

    [Fact]
    public void Without_the_annotation_there_is_no_trace()
    {
        Assert.Equal(default, TraceContext.Of(new V1ObjectMeta(), Key));
        Assert.Equal(default, TraceContext.Of(Annotated($"00-{Trace}-b7ad6b7169203331-01"), null));
    }

    [Fact]
    public void The_current_span_is_noted_once_and_what_another_wrote_stays()
    {
        var metadata = new V1ObjectMeta();
        TraceContext.Note(metadata, Key);
        Assert.Null(metadata.Annotations);

        using var activity = new Activity("work");
        activity.SetIdFormat(ActivityIdFormat.W3C).Start();
        TraceContext.Note(metadata, Key);
        Assert.Equal(activity.Id, metadata.Annotations![Key]);

        V1ObjectMeta theirs = Annotated("not a traceparent");
        TraceContext.Note(theirs, Key);
        Assert.Equal("not a traceparent", theirs.Annotations[Key]);
    }

    private static V1ObjectMeta Annotated(string value) => new() { Annotations = new Dictionary<string, string> { [Key] = value } };
}
