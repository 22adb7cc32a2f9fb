using System.Text.RegularExpressions;

namespace CheckpointOperator.ControlPlane.Tests.Objects;

/// <summary>
/// Objects that cannot be are refused: by the schema on every server, by the schema's CEL rules where the server knows them, and where it does not by the
/// controller, whose condition says why. Each test tells in its output which of them it was.
/// </summary>
public sealed partial class BadObjectTests(TestControlPlane controlPlane, BadObjectSpace bad, ITestOutputHelper output) : IClassFixture<BadObjectSpace>
{
    public static TheoryData<int> Rows => [.. Enumerable.Range(0, BadObject.All.Count)];

    [Fact]
    public void There_are_sixty_of_them_and_each_is_another() => Assert.True(BadObject.All.Distinct().Count() >= 60 && BadObject.All.Distinct().Count() == BadObject.All.Count);

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_bad_object_is_refused_by_name(int row)
    {
        BadObject example = BadObject.All[row];
        string refuser = example.Controller is null ? "schema" : controlPlane.KnowsRules ? "schema's rules" : "controller";
        output.WriteLine($"{example.Kind} {example.Spec}{(example.Change is null ? "" : $" changed by {example.Change}")}: the {refuser} refuses it.");

        string name = $"bad-{row}";
        string collection = $"/apis/{ApiGroup.Name}/{ApiGroup.V1Alpha1}/namespaces/{bad.Space.Name}/{example.Kind.ToLowerInvariant()}s";
        string manifest = $$"""
            apiVersion: {{ApiGroup.Name}}/{{ApiGroup.V1Alpha1}}
            kind: {{example.Kind}}
            metadata: {name: {{name}}}
            spec: {{example.Spec}}
            """;
        if (refuser != "controller" && example.Change is null)
        {
            AssertRefused(example, await controlPlane.Wire.SendAsync(HttpMethod.Post, $"{collection}?dryRun=All", manifest));
            return;
        }

        await controlPlane.Wire.ReadAsync(HttpMethod.Post, collection, manifest);
        if (example.Change is not null)
        {
            await UntilJudgedAsync(example.Kind, name, condition => condition.Status == Conditions.False, "is looked at");
            // No server takes a merge patch in YAML.
            string patch = System.Text.Json.JsonSerializer.Serialize(new { spec = Flow(example.Change) });
            (int Code, string Text) changed = await controlPlane.Wire.SendAsync(HttpMethod.Patch, $"{collection}/{name}", patch, "application/merge-patch+json");
            if (controlPlane.KnowsRules)
            {
                AssertRefused(example, changed);
                return;
            }

            Assert.True(changed.Code == 200, changed.Text);
        }

        await UntilJudgedAsync(
            example.Kind, name, condition => condition is { Status: Conditions.False, Reason: "InvalidSpec" } && condition.Message.Contains(example.Controller!, StringComparison.Ordinal), $"says {example.Controller}");
    }

    private static void AssertRefused(BadObject example, (int Code, string Text) answer)
    {
        Assert.True(answer.Code is 422 or 400, $"{answer.Code}: {answer.Text}");
        string message = System.Text.Json.Nodes.JsonNode.Parse(answer.Text)!["message"]!.GetValue<string>();
        // A server before 1.25 does not number the elements of a list.
        Assert.Contains(Index().Replace(example.Expected, ""), Index().Replace(message, ""), StringComparison.Ordinal);
    }

    private Task UntilJudgedAsync(string kind, string name, Func<V1Condition, bool> holds, string what) => kind == V1Alpha1ContainerCheckpoint.KindName
        ? bad.Space.UntilCheckpointAsync(name, current => current.Status.Conditions.Find(ConditionTypes.Ready) is { } ready && holds(ready), what)
        : bad.Space.UntilRestoreAsync(name, current => current.Status.Conditions.Find(ConditionTypes.Ready) is { } ready && holds(ready), what);

    // "{a: b}" of one word each.
    private static Dictionary<string, string> Flow(string yaml)
    {
        string[] pair = yaml.Trim('{', '}').Split(": ");
        return new Dictionary<string, string> { [pair[0]] = pair[1] };
    }

    [GeneratedRegex(@"\[\d+\]")]
    private static partial Regex Index();
}
