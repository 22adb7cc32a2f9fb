using System.Text.Json;
using System.Text.Json.Nodes;
using Cel;

namespace CheckpointOperator.Chart.Tests;

/// <summary>Flux's health of our kinds: the expressions of config/gitops/flux, evaluated as Flux does, on objects that a cluster had.</summary>
public sealed class FluxHealthTests
{
    // RFC 0009's order: the first that holds is the status.
    private static readonly (string Expression, string Status)[] Order = [("inProgress", "InProgress"), ("failed", "Failed"), ("current", "Current")];

    [Theory]
    [InlineData("containercheckpoint-pending", "InProgress")]
    [InlineData("containercheckpoint-running", "InProgress")]
    [InlineData("containercheckpoint-ready", "Current")]
    [InlineData("containercheckpoint-failed", "Failed")]
    [InlineData("containerrestore-pending", "InProgress")]
    [InlineData("containerrestore-running", "InProgress")]
    [InlineData("containerrestore-ready", "Current")]
    [InlineData("containerrestore-failed", "Failed")]
    public void A_recorded_object_has_its_status(string recorded, string status) => Assert.Equal(status, Judge(Recorded.Read(recorded)));

    [Theory]
    [InlineData("containercheckpoint-ready")]
    [InlineData("containerrestore-ready")]
    public void What_was_ready_and_is_not_has_failed_and_an_older_generations_word_does_not_count(string recorded)
    {
        JsonObject value = Recorded.Read(recorded);
        value["status"]!["conditions"]!.AsArray().Single(condition => (string?)condition!["type"] == "Ready")!["status"] = "False";
        Assert.Equal("Failed", Judge(value));

        value = Recorded.Read(recorded);
        value["metadata"]!["generation"] = 2L;
        Assert.Equal("InProgress", Judge(value));
    }

    [Theory]
    [InlineData("containercheckpoint-new")]
    [InlineData("containerrestore-new")]
    public void What_the_operator_has_not_seen_yet_has_no_status_and_Flux_looks_again(string recorded)
    {
        JsonObject value = Recorded.Read(recorded);
        Assert.False(value.ContainsKey("status"));
        // CEL has no way to ask for a variable that is not there; Flux takes the fault for Unknown.
        Assert.ThrowsAny<CelException>(() => Judge(value));

        value["status"] = new JsonObject();
        Assert.Equal("InProgress", Judge(value));
    }

    private static string Judge(JsonObject value)
    {
        if (value["status"]?["observedGeneration"] is { } observed && (long)observed != (long)value["metadata"]!["generation"]!)
            return "InProgress";
        YamlNode expressions = Expressions((string)value["kind"]!);
        var environment = new CelEnvironment([], string.Empty);
        Dictionary<string, object?> variables = (Dictionary<string, object?>)Plain(value)!;
        return Order.FirstOrDefault(one => (bool)environment.Compile(expressions[one.Expression].ToString())(variables)!).Status ?? "InProgress";
    }

    private static YamlNode Expressions(string kind)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(File.ReadAllText(Path.Combine(RepositoryFolder.Path, "config", "gitops", "flux", "checkpoints.yaml"))));
        return ((YamlSequenceNode)stream.Documents[0].RootNode["spec"]["healthCheckExprs"])
            .Single(expressions => expressions["kind"].ToString() == kind && expressions["apiVersion"].ToString() == "checkpoint-operator.io/v1alpha1");
    }

    private static object? Plain(JsonNode? value) => value switch
    {
        null => null,
        JsonObject map => map.ToDictionary(pair => pair.Key, pair => Plain(pair.Value)),
        JsonArray list => list.Select(Plain).ToList(),
        _ => value.GetValueKind() switch
        {
            JsonValueKind.String => (string?)value,
            JsonValueKind.Number => (long)value,
            _ => (bool)value,
        },
    };
}
