using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CheckpointOperator.Kubernetes.Tests.Testing;
using Microsoft.Extensions.Hosting;

namespace CheckpointOperator.Kubernetes.Tests.Documentation;

/// <summary>docs/controller-runtime.md says what is.</summary>
public sealed class DocumentationTests
{
    private static readonly string Document = File.ReadAllText(RepositoryFolder.PathOf("docs/controller-runtime.md"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("controller")]
    [InlineData("program")]
    public void The_code_in_it_is_the_code_that_is_compiled_and_run_here(string part)
    {
        string source = File.ReadAllText(RepositoryFolder.PathOf("tests/Kubernetes.Tests/Documentation/GreetingController.cs"));
        string code = Regex.Match(source, $@"// <{part}>\n(.*?)\n *// </{part}>", RegexOptions.Singleline).Groups[1].Value;
        string[] lines = code.Split('\n');
        int indent = lines[0].Length - lines[0].TrimStart().Length;
        string shown = string.Join('\n', lines.Select(line => line.Length > indent ? line[indent..] : string.Empty));
        Assert.Contains($"```csharp\n{shown}\n```", Document, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_controller_in_it_does_what_it_says()
    {
        ConcurrentQueue<string> written = new();
        TaskCompletionSource told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        using ScriptedApiServer api = new(
            (request, body) =>
            {
                if (request.RequestUri!.AbsolutePath.Contains("/leases", StringComparison.Ordinal))
                    return Task.FromResult(request.Method == HttpMethod.Get ? ScriptedApiServer.Failure(404, "NotFound") : ScriptedApiServer.Json(body));
                if (request.Method == HttpMethod.Patch)
                {
                    written.Enqueue(JsonNode.Parse(body)!["metadata"]!["annotations"]!.ToJsonString());
                    return Task.FromResult(ScriptedApiServer.Json(Pod(",\"example.com/greeting\":\"Hello, Ada!\"")));
                }
                if (request.Method == HttpMethod.Post)
                {
                    written.Enqueue(JsonNode.Parse(body)!["message"]!.GetValue<string>());
                    told.TrySetResult();
                    return Task.FromResult(ScriptedApiServer.Json(body));
                }
                return Task.FromResult(request.RequestUri.Query.Contains("watch=true", StringComparison.Ordinal)
                    ? new HttpResponseMessage { Content = new StreamContent(new System.IO.Pipelines.Pipe().Reader.AsStream()) }
                    : ScriptedApiServer.Json($$"""{"kind":"PodList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[{{Pod(string.Empty)}}]}"""));
            },
            TimeProvider.System);
        using IHost host = GreetingProgram.Build(api.Connection, port: 0);
        await host.StartAsync(Cancel);
        await told.Task.WaitAsync(TimeSpan.FromMinutes(2), Cancel);
        Assert.Equal(["""{"example.com/greeting":"Hello, Ada!"}""", "Greeted Ada."], written);
        await host.StopAsync(Cancel);
    }

    [Fact]
    public void Every_test_that_it_names_is_there()
    {
        string[] sources = [.. Directory.EnumerateFiles(RepositoryFolder.PathOf("tests"), "*Tests.cs", SearchOption.AllDirectories).Select(File.ReadAllText)];
        string[] named = [.. Regex.Matches(Document, "`([A-Z][a-z0-9]*(_[A-Za-z0-9]+){2,})`").Select(match => match.Groups[1].Value).Distinct()];
        Assert.True(named.Length > 40, $"only {named.Length} tests are named");
        Assert.All(named, name => Assert.Contains(sources, source => source.Contains($" {name}(", StringComparison.Ordinal)));
    }

    [Fact]
    public void It_answers_each_of_the_23_rows() =>
        Assert.Equal(Enumerable.Range(1, 23), Regex.Matches(Document, @"^\| ([0-9]+) \|", RegexOptions.Multiline).Select(row => int.Parse(row.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)));

    private static string Pod(string more) =>
        $$$"""{"metadata":{"name":"a","namespace":"ns","uid":"u","resourceVersion":"1","annotations":{"example.com/name":"Ada"{{{more}}} } } }""";
}
