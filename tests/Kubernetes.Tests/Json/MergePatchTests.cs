using System.Text.Json.Nodes;
using CheckpointOperator.Kubernetes.Json;

namespace CheckpointOperator.Kubernetes.Tests.Json;

public sealed class MergePatchTests
{
    [Theory]
    [InlineData("""{"a":1}""", """{"a":1}""", null)]
    [InlineData("""{"a":1}""", """{"a":2}""", """{"a":2}""")]
    [InlineData("""{"a":1,"b":2}""", """{"b":2}""", """{"a":null}""")]
    [InlineData("""{"a":{"b":1,"c":2}}""", """{"a":{"b":1,"c":3}}""", """{"a":{"c":3}}""")]
    [InlineData("""{"a":{"b":{"c":1}}}""", """{"a":{"b":{}}}""", """{"a":{"b":{"c":null}}}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[2]}""", """{"a":[2]}""")]
    [InlineData("""{}""", """{"a":{"b":1}}""", """{"a":{"b":1}}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":"x"}""", """{"a":"x"}""")]
    public void It_says_what_differs_and_no_more(string before, string after, string? patch)
    {
        JsonObject? made = MergePatch.Between(JsonNode.Parse(before)!.AsObject(), JsonNode.Parse(after)!.AsObject());
        Assert.True(JsonNode.DeepEquals(patch is null ? null : JsonNode.Parse(patch), made), made?.ToJsonString() ?? "no patch");
    }
}
